package io.llamaorch.adapter.tck.it.llama;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.Prompt;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.tck.NoLeaks;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A prompt goes in, the real engine's tokens come out. */
@NoLeaks
@RealEngine
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class LlamaCppStreamIT {
    private static final String PROMPT = "Once upon a time";

    @Test
    void submit_whenGreedy_streamsTheTextOfTheEnginesOwnAnswer() throws Exception {
        try (LlamaServer server = LlamaServer.start(BigramModel.plain());
                WorkerAdapter adapter = Runs.adapter(server)) {
            List<TokenEvent> events =
                    Runs.events(adapter.submit(Runs.greedy(PROMPT, 60).build()));

            assertEquals(Runs.twin(server, PROMPT, 60), Runs.text(events), server::log);
            assertInstanceOf(TokenEvent.Started.class, events.get(0));
            for (int i = 1; i <= 60; i++) {
                assertEquals(
                        i - 1,
                        assertInstanceOf(TokenEvent.Token.class, events.get(i)).index());
            }
            assertEquals(62, events.size());
        }
    }

    @Test
    void submit_whenLimitIsReached_tellsUsageReasonTimingsAndSlot() throws Exception {
        try (LlamaServer server = LlamaServer.start(BigramModel.plain());
                WorkerAdapter adapter = Runs.adapter(server)) {
            TokenEvent.End end =
                    Runs.end(Runs.events(adapter.submit(Runs.greedy(PROMPT, 5).build())));

            assertEquals(StopReason.LIMIT, end.reason());
            assertEquals(OptionalInt.of(23), end.usage().prompt());
            assertEquals(OptionalInt.of(5), end.usage().generated());
            assertEquals(OptionalInt.of(0), end.usage().cached());
            assertTrue(end.timings().prompt().isPresent()
                    && end.timings().generation().isPresent());
            assertTrue(end.details().slot().isPresent());
        }
    }

    @Test
    void started_whenFirstRequest_carriesEngineVersionModelAndJob() throws Exception {
        try (LlamaServer server = LlamaServer.start(BigramModel.plain());
                WorkerAdapter adapter = Runs.adapter(server)) {
            TokenEvent.Started started = assertInstanceOf(
                    TokenEvent.Started.class,
                    Runs.events(adapter.submit(
                                    Runs.greedy(PROMPT, 1).jobId("job-7").build()))
                            .get(0));

            assertEquals("llamacpp", started.engine());
            assertEquals("job-7", started.jobId());
            assertEquals("plain", started.model());
            assertEquals("r0", started.details().replica());
            assertTrue(server.get("/props")
                    .contains("\"build_info\":\""
                            + started.details().engineVersion().orElseThrow() + "\""));
        }
    }

    @Test
    void submit_whenStopStringComesUp_endsBeforeIt() throws Exception {
        try (LlamaServer server = LlamaServer.start(BigramModel.plain());
                WorkerAdapter adapter = Runs.adapter(server)) {
            List<TokenEvent> events = Runs.events(
                    adapter.submit(Runs.greedy(PROMPT, 60).stop(" quiet", "XYZ").build()));

            assertEquals(" there was a small llama who lived near the", Runs.text(events));
            assertEquals(StopReason.STOP_STRING, Runs.end(events).reason());
            assertEquals(" quiet", Runs.end(events).details().stopString().orElseThrow());
        }
    }

    @Test
    void submit_whenCharacterTakesSeveralTokens_deliversItWhole() throws Exception {
        try (LlamaServer server = LlamaServer.start(BigramModel.emoji());
                WorkerAdapter adapter = Runs.adapter(server)) {
            List<TokenEvent> events =
                    Runs.events(adapter.submit(Runs.greedy("Hello", 10).build()));

            assertTrue(Runs.text(events).contains("\uD83E\uDD99"), Runs.text(events));
            assertTrue(events.stream()
                    .anyMatch(e -> e instanceof TokenEvent.Token t && t.text().contains("\uD83E\uDD99")));
            int pieces = (int)
                    events.stream().filter(TokenEvent.Token.class::isInstance).count();
            assertTrue(pieces < 10, "a character of four tokens is one piece, so there are fewer pieces than tokens");
            assertEquals(OptionalInt.of(10), Runs.end(events).usage().generated());
        }
    }

    @Test
    void submit_whenModelEndsItsText_endsNaturally() throws Exception {
        try (LlamaServer server = LlamaServer.start(BigramModel.naturalEnd());
                WorkerAdapter adapter = Runs.adapter(server)) {
            List<TokenEvent> events = Runs.events(
                    adapter.submit(TaskRequest.builder(PROMPT).temperature(0).build()));

            assertEquals(StopReason.END_OF_TEXT, Runs.end(events).reason());
            assertTrue(Runs.text(events).endsWith(" That is all."), Runs.text(events));
        }
    }

    @Test
    void submit_whenTextHasNewlines_keepsThem() throws Exception {
        try (LlamaServer server = LlamaServer.start(BigramModel.newlines());
                WorkerAdapter adapter = Runs.adapter(server)) {
            String text = Runs.text(
                    Runs.events(adapter.submit(Runs.greedy("Hello", 20).build())));

            assertEquals(Runs.twin(server, "Hello", 20), text);
            assertTrue(text.contains("\n"), text);
        }
    }

    @Test
    void submit_whenSeedIsTheSame_givesTheSameBytes() throws Exception {
        try (LlamaServer server = LlamaServer.start(BigramModel.plain());
                WorkerAdapter adapter = Runs.adapter(server)) {
            Set<String> texts = new HashSet<>();
            for (int seed = 0; seed < 8; seed++) {
                TaskRequest task = TaskRequest.builder(PROMPT)
                        .maxTokens(30)
                        .temperature(0.8)
                        .seed(seed)
                        .extra("cache_prompt", false)
                        .build();
                String first = Runs.text(Runs.events(adapter.submit(task)));
                assertEquals(first, Runs.text(Runs.events(adapter.submit(task))), "seed " + seed);
                texts.add(first);
            }
            assertTrue(texts.size() > 1, "eight seeds give one text, so the seed was not sent: " + texts);
        }
    }

    @Test
    void submit_whenPromptIsTokens_sendsThemAsTheyAre() throws Exception {
        try (LlamaServer server = LlamaServer.start(BigramModel.plain());
                WorkerAdapter adapter = Runs.adapter(server)) {
            TokenEvent.End end =
                    Runs.end(Runs.events(adapter.submit(TaskRequest.builder(new Prompt.Tokens(List.of(1, 260, 261)))
                            .maxTokens(2)
                            .temperature(0)
                            .build())));

            assertEquals(OptionalInt.of(3), end.usage().prompt());
        }
    }

    @Test
    void submit_whenModelIsNamed_takesEveryNameOfItAndRefusesOthers() throws Exception {
        try (LlamaServer server = LlamaServer.start(BigramModel.plain(), "--alias", "storyteller,bard");
                WorkerAdapter adapter = Runs.adapter(server)) {
            for (String name : List.of("storyteller", "bard", "plain", "plain.gguf")) {
                List<TokenEvent> events = Runs.events(
                        adapter.submit(Runs.greedy(PROMPT, 1).model(name).build()));
                assertEquals(StopReason.LIMIT, Runs.end(events).reason(), name);
            }
            String refusal = Runs.error(
                            adapter.submit(Runs.greedy(PROMPT, 1).model("plai").build()))
                    .error()
                    .toString();
            assertTrue(refusal.startsWith("NOT_FOUND"), refusal);
            assertTrue(refusal.contains("storyteller") && refusal.contains("bard"), refusal);
        }
    }

    @Test
    void submit_whenProgressIsAskedFor_tellsIt() throws Exception {
        try (LlamaServer server = LlamaServer.start(BigramModel.plain());
                WorkerAdapter adapter = Runs.adapter(server)) {
            List<TokenEvent> events = Runs.events(adapter.submit(
                    Runs.greedy(PROMPT, 3).extra("return_progress", true).build()));

            assertTrue(events.contains(new TokenEvent.Progress(23, 23, 0)), events::toString);
            assertNotEquals("", Runs.text(events));
            assertFalse(events.stream().anyMatch(TokenEvent.Error.class::isInstance));
        }
    }
}
