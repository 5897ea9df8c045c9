package io.llamaorch.adapter.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.Capability;
import io.llamaorch.adapter.spi.ChatMessage;
import io.llamaorch.adapter.spi.Constraint;
import io.llamaorch.adapter.spi.Determinism;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Pin;
import io.llamaorch.adapter.spi.Prompt;
import io.llamaorch.adapter.spi.Sampling;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.spi.WorkerHealth;
import io.llamaorch.adapter.spi.WorkerProperties;
import io.llamaorch.adapter.tck.NoLeaks;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** DSP-01, DSP-02 and DSP-09: which replica a task goes to, and what is said if there is none. */
@NoLeaks
class AdapterHostChoiceTest extends HostFixture {

    private static WorkerProperties serves(String... models) {
        return WorkerProperties.builder().slots(4).modelNames(List.of(models)).build();
    }

    private static TaskRequest.Builder tokens(String job, int count) {
        List<Integer> ids = Stream.iterate(0, id -> id + 1).limit(count).toList();
        return TaskRequest.builder(new Prompt.Tokens(ids)).jobId(job);
    }

    private static TaskRequest asking(String job, String model) {
        return task(job).toBuilder().model(model).build();
    }

    @Test
    void submit_goesWhereMostPlacesAreFreeThenWhereFewestRun() {
        FakeAdapter r0 = bind("r0", 2);
        FakeAdapter r1 = bind("r1", 4);
        for (String job : List.of("a", "b", "c", "d")) {
            submit(job);
        }
        assertEquals(List.of("a", "b", "d"), r1.jobs);
        assertEquals(List.of("c"), r0.jobs);
    }

    @Test
    void submit_whenTheSituationIsTheSame_goesToTheSameReplica() {
        bind("r2", 1).says("hello");
        bind("r1", 3).says("hello");
        FakeAdapter r0 = bind("r0", 3).says("hello");
        for (int i = 0; i < 20; i++) {
            submit("j" + i);
        }
        assertEquals(20, r0.jobs.size());
    }

    @Test
    void submit_whenAModelIsAskedFor_goesWhereItIsServed() {
        bind("r0", serves("tiny", "tiny-alias"));
        FakeAdapter r1 = bind("r1", serves("large", "large-alias"));
        submitAll(asking("a", "large"), asking("b", "large-alias"));
        assertEquals(List.of("a", "b"), r1.jobs);
    }

    @Test
    void submit_whenAReplicaDoesNotTellItsModel_isTakenToServeIt() {
        bind("r0", serves("tiny"));
        FakeAdapter r1 = bind("r1", WorkerProperties.builder().build());
        submitAll(asking("a", "large"));
        assertEquals(List.of("a"), r1.jobs);
    }

    @Test
    void submit_whenNobodyServesTheModel_isRefusedWithWhatIsServed() {
        bind("r0", serves("tiny", "small"));
        bind("r1", serves("large"));
        WorkerError error = heard(asking("a", "huge")).assertFailed(ErrorCode.NOT_FOUND);
        assertEquals(
                "no replica of pool 'default' can serve the task: replica r0 (fake) does not serve model 'huge', only"
                        + " tiny, small, nor can the other 1: change the task, or use another pool"
                        + " (docs/errors.md#not_found)",
                error.message());
    }

    @Test
    void submit_whenThePromptIsTokens_goesWhereTheyFitWithOneMore() {
        fake.declares(Capability.TOKEN_PROMPTS);
        bind("r0", serves("m").toBuilder().contextLength(8).build());
        FakeAdapter r1 = bind("r1", serves("m").toBuilder().contextLength(9).build());
        submitAll(tokens("a", 8).build());
        assertEquals(List.of("a"), r1.jobs);
    }

    @Test
    void submit_whenTokensFitNowhere_isRefusedWithBothLengths() {
        fake.declares(Capability.TOKEN_PROMPTS);
        bind("r0", serves("m").toBuilder().contextLength(8).build());
        WorkerError error = heard(tokens("a", 9).build()).assertFailed(ErrorCode.CONTEXT_EXCEEDED);
        assertTrue(
                error.message().contains("the prompt has 9 tokens and the context of replica r0 (fake) 8:"),
                error.message());
    }

    /** How many tokens a text has is for the engine to say. */
    @Test
    void submit_whenThePromptIsText_isNotJudgedByTheContext() {
        FakeAdapter r0 = bind("r0", serves("m").toBuilder().contextLength(1).build());
        submitAll(TaskRequest.builder("far more than one token").jobId("a").build());
        assertEquals(List.of("a"), r0.jobs);
    }

    /** A task that would only need a longer context is told so, whatever the others lack. */
    @Test
    void submit_whenReplicasLackDifferentThings_isRefusedWithTheNearestMiss() {
        fake.declares(Capability.TOKEN_PROMPTS);
        bind("r0", serves("other"));
        bind("r1", serves("m").toBuilder().contextLength(8).build());
        heard(tokens("a", 9).model("m").build()).assertFailed(ErrorCode.CONTEXT_EXCEEDED);
    }

    /** Each form of a task that only some adapters understand. */
    private enum Form {
        TOKEN_PROMPTS(tokens("a", 1)),
        CHAT_PROMPTS(chat(List.of(new ChatMessage.Content.Text("hi")))),
        MEDIA(chat(List.of(new ChatMessage.Content.Media("image/png", "AAAA"))), Capability.CHAT_PROMPTS),
        TOOL_CALLS(
                TaskRequest.builder(new Prompt.Chat(
                        List.of(ChatMessage.of(ChatMessage.Role.USER, "hi")),
                        List.of(new Prompt.ToolSpec("clock", "tells the time", "{}")))),
                Capability.CHAT_PROMPTS),
        STOP_STRINGS(text().stop("end")),
        SEED(text().seed(7)),
        LOG_PROBABILITIES(text().sampling(Sampling.builder().logProbabilities(1).build())),
        DETERMINISM(text().determinism(Determinism.GREEDY)),
        JSON_SCHEMA(text().constraint(new Constraint.JsonSchema("{}"))),
        GRAMMAR(text().constraint(new Constraint.Grammar("root ::= \"a\""))),
        SLOT_PIN(text().pin(Pin.toSlot("r0", 0)));

        private final TaskRequest task;
        private final Capability[] others;

        Form(TaskRequest.Builder task, Capability... others) {
            this.task = task.jobId("a").build();
            this.others = others;
        }

        private static TaskRequest.Builder text() {
            return TaskRequest.builder("say something");
        }

        private static TaskRequest.Builder chat(List<ChatMessage.Content> content) {
            return TaskRequest.builder(
                    new Prompt.Chat(List.of(new ChatMessage(ChatMessage.Role.USER, content)), List.of()));
        }
    }

    @ParameterizedTest
    @EnumSource
    void submit_whenTheAdapterDoesNotDeclareWhatTheTaskNeeds_isRefused(Form form) {
        fake.declares(form.others);
        FakeAdapter r0 = bind("r0");
        WorkerError error = heard(form.task).assertFailed(ErrorCode.UNSUPPORTED);
        assertTrue(error.message().contains("does not declare [" + form + "], which"), error.message());
        assertEquals(List.of(), r0.jobs);
    }

    @ParameterizedTest
    @EnumSource
    void submit_whenTheAdapterDeclaresWhatTheTaskNeeds_isTaken(Form form) {
        fake.declares(Capability.values());
        FakeAdapter r0 = bind("r0").says("hello");
        heard(form.task).assertEnded();
        assertEquals(List.of("a"), r0.jobs);
    }

    @Test
    void submit_whenOneEngineOfThePoolCan_goesThere() {
        FakeFactory able = new FakeFactory("able").declares(Capability.SEED);
        registry.register(able);
        bind("r0");
        host.bind(ReplicaSpec.builder("able").replica("r1").build());
        submitAll(task("a").toBuilder().seed(7).build());
        assertEquals(List.of("a"), able.of("r1").jobs);
        unbindNow("r1");
    }

    static Stream<WorkerHealth> unready() {
        return Stream.of(FakeAdapter.LOADING, WorkerHealth.unhealthy(ErrorCode.UNAUTHORIZED, "it refused the token"));
    }

    @ParameterizedTest
    @MethodSource("unready")
    void submit_whenNobodyIsReadyButSomebodyAnswers_isRefusedAsUnreadyWithTheReason(WorkerHealth health) {
        bind("r0").healthIs(health);
        time.advance(HealthPolicy.DEFAULT.interval());
        WorkerError error = heard("a").assertFailed(ErrorCode.POOL_UNREADY);
        assertTrue(
                error.message()
                        .startsWith("no replica of pool 'default' is ready that could serve the task (replica r0: "
                                + health + ")"),
                error.message());
        assertEquals(Duration.ofSeconds(1), error.retryAfter().orElseThrow());
        assertTrue(error.retriable());
    }

    @Test
    void submit_whenNobodyCanBeReached_isRefusedAsUnavailable() {
        for (int i = 0; i < 5; i++) {
            bind("r" + i).healthIs(FakeAdapter.NOBODY);
        }
        now(host.health(POOL));
        WorkerError error = heard("a").assertFailed(ErrorCode.POOL_UNAVAILABLE);
        assertTrue(error.message().contains("replica r2: UNHEALTHY (nobody is there); and 2 more)"), error.message());
    }

    private void submitAll(TaskRequest... tasks) {
        for (TaskRequest task : tasks) {
            host.submit(POOL, task);
        }
    }
}
