package io.llamaorch.adapter.tck.it.llama;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.Patience;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The fixture itself, so that a failure of a suite that stands on it is not the fixture's. */
@NoLeaks
@RealEngine
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class LlamaServerIT {
    private static final Duration MUST_HAPPEN = Patience.scaled(Duration.ofSeconds(10));

    @Test
    void start_whenReturned_isHealthyWithAllSlotsIdle() throws Exception {
        try (LlamaServer server =
                LlamaServer.of(BigramModel.plain()).parallel(3).start()) {
            assertEquals(200, server.health());
            assertEquals(3, server.idleSlots(), server::log);
        }
    }

    @Test
    void version_whenAsked_isNotEmpty() {
        assertFalse(LlamaServer.version().isBlank());
    }

    @Test
    void plainModel_whenGreedy_tellsTheSameStoryTwice() throws Exception {
        try (LlamaServer server = LlamaServer.start(BigramModel.plain())) {
            String told = server.completion(greedy("Once upon a time", 12));

            assertEquals(
                    "{\"content\":\" there was a small llama who lived near the quiet mountain, where\","
                            + "\"stop_type\":\"limit\"}",
                    told);
            assertEquals(told, server.completion(greedy("Once upon a time", 12)));
        }
    }

    @Test
    void plainModel_whenPromptDiffers_beginsElsewhere() throws Exception {
        try (LlamaServer server = LlamaServer.start(BigramModel.plain())) {
            assertFalse(server.completion(greedy("A b", 3)).equals(server.completion(greedy("A c", 3))));
        }
    }

    @Test
    void endingModel_whenGreedy_stopsWithEndOfText() throws Exception {
        try (LlamaServer server = LlamaServer.start(BigramModel.naturalEnd())) {
            String told = server.completion(greedy("Once upon a time", 100));

            assertTrue(told.endsWith(" That is all.\",\"stop_type\":\"eos\"}"), told);
        }
    }

    @Test
    void emojiModel_whenGreedy_sendsWholeCharacters() throws Exception {
        try (LlamaServer server = LlamaServer.start(BigramModel.emoji())) {
            String told = server.completion(greedy("Hello", 10));

            assertTrue(told.contains(" my llama\uD83E\uDD99 drinks caf\u00e9"), told);
        }
    }

    @Test
    void newlineModel_whenGreedy_sendsLines() throws Exception {
        try (LlamaServer server = LlamaServer.start(BigramModel.newlines())) {
            String told = server.completion(greedy("Hello", 10));

            assertTrue(told.contains(" First\\nthe llama wakes,\\nthen it eats some grass\\n"), told);
        }
    }

    @Test
    void slowModel_whenStreaming_occupiesOneSlotUntilTheReaderLeaves() throws Exception {
        try (LlamaServer server = LlamaServer.start(BigramModel.slowPrompt())) {
            try (Socket stream = openStream(server)) {
                assertTrue(stream.getInputStream().read() >= 0);
                assertEquals(1, server.idleSlots(), server::log);
            }
            assertTrue(Await.holds(MUST_HAPPEN, () -> idleSlots(server) == 2), server::log);
        }
    }

    @Test
    void apiKey_whenDemanded_isSentByTheFixture() throws Exception {
        try (LlamaServer server =
                LlamaServer.of(BigramModel.plain()).apiKey("secret").start()) {
            assertEquals(2, server.idleSlots());
        }
    }

    @Test
    void tls_whenAsked_isSpokenWithTheCertificate() throws Exception {
        SelfSigned identity = SelfSigned.create();
        try (LlamaServer server = LlamaServer.of(BigramModel.plain())
                .tls(identity.key(), identity.certificate())
                .start()) {
            assertEquals("https", server.url().getScheme());
            assertEquals(200, server.health());
        }
    }

    @Test
    void startLoading_whenReturned_answersLoadingUntilReleased() throws Exception {
        try (LlamaServer server = LlamaServer.of(BigramModel.plain()).startLoading()) {
            assertTrue(server.get("/health").contains("Loading model"), server::log);

            server.finishLoading();

            assertEquals(200, server.health());
            assertTrue(server.completion(greedy("Once upon a time", 2)).contains(" there was"), server::log);
        }
    }

    @Test
    void startLoading_whenNeverReleased_closesAllTheSame() throws Exception {
        LlamaServer server = LlamaServer.of(BigramModel.plain()).startLoading();
        server.close();
        assertFalse(server.isAlive());
    }

    @Test
    void kill_whenStreaming_endsProcessAndStream() throws Exception {
        try (LlamaServer server = LlamaServer.start(BigramModel.slowPrompt());
                Socket stream = openStream(server)) {
            assertTrue(stream.getInputStream().read() >= 0);

            server.kill();

            assertFalse(ProcessHandle.of(server.pid()).isPresent());
            assertThrows(ConnectException.class, () -> new Socket(InetAddress.getLoopbackAddress(), port(server)));
            assertFalse(readToEnd(stream).endsWith("\r\n0\r\n\r\n"), "the stream looks complete");
        }
    }

    @Test
    void terminate_whenIdle_endsProcess() throws Exception {
        try (LlamaServer server = LlamaServer.start(BigramModel.plain())) {
            server.terminate();

            assertTrue(server.awaitExit(MUST_HAPPEN), server::log);
        }
    }

    @Test
    void start_whenArgumentIsUnknown_failsWithTheServersWordsAndLeavesNoProcess() {
        IllegalStateException failure = assertThrows(
                IllegalStateException.class, () -> LlamaServer.start(BigramModel.plain(), "--no-such-argument"));

        assertTrue(failure.getMessage().contains("--no-such-argument"), failure.getMessage());
        assertEquals(0, ProcessHandle.current().descendants().count());
    }

    private static String greedy(String prompt, int tokens) {
        return "{\"prompt\":\"" + prompt + "\",\"n_predict\":" + tokens + ",\"temperature\":0,\"seed\":1,"
                + "\"cache_prompt\":false,\"response_fields\":[\"content\",\"stop_type\"]}";
    }

    private static Socket openStream(LlamaServer server) throws IOException {
        String body = "{\"prompt\":\"Once\",\"n_predict\":1000,\"stream\":true}";
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port(server));
        socket.setSoTimeout(Math.toIntExact(MUST_HAPPEN.toMillis()));
        socket.getOutputStream()
                .write(("POST /completion HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + body.length() + "\r\n\r\n"
                                + body)
                        .getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    private static String readToEnd(Socket socket) {
        try {
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "reset";
        }
    }

    private static int idleSlots(LlamaServer server) {
        try {
            return server.idleSlots();
        } catch (IOException e) {
            return -1;
        }
    }

    private static int port(LlamaServer server) {
        return server.url().getPort();
    }
}
