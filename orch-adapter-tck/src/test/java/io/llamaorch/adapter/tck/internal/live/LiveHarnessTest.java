package io.llamaorch.adapter.tck.internal.live;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.AdapterConfig;
import io.llamaorch.adapter.spi.Secret;
import io.llamaorch.adapter.tck.EngineDialect;
import io.llamaorch.adapter.tck.EngineScript;
import io.llamaorch.adapter.tck.HeadFault;
import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.NotTestable;
import io.llamaorch.adapter.tck.Patience;
import io.llamaorch.adapter.tck.ScriptedEngine;
import io.llamaorch.adapter.tck.TestEngine;
import io.llamaorch.adapter.tck.internal.mock.MockAdapterFactory;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A real engine, as the kit sees it. */
@NoLeaks
class LiveHarnessTest {

    private static final String BODY = "{\"prompt\":\"Once upon a time\",\"n_predict\":4,\"stream\":true}";

    private ScriptedEngine engine;

    @BeforeEach
    void start() {
        engine = ScriptedEngine.builder().slots(1).start();
    }

    @AfterEach
    void stop() {
        engine.close();
    }

    private LiveHarness harness(URI url) {
        return new LiveHarness(new MockAdapterFactory(), url, Optional.empty(), EngineDialect.LLAMA_CPP);
    }

    private static Socket ask(TestEngine relay, String more) throws Exception {
        URI url = URI.create(
                relay.configure(AdapterConfig.builder()).build().url().orElseThrow());
        Socket socket = new Socket(url.getHost(), url.getPort());
        OutputStream out = socket.getOutputStream();
        out.write(("POST /completion HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer hush-0123\r\nConnection: close\r\n"
                        + "Content-Length: " + BODY.length() + "\r\n\r\n" + BODY + more)
                .getBytes(StandardCharsets.UTF_8));
        return socket;
    }

    @Test
    void exchange_whenItPasses_isSeenWhole() throws Exception {
        try (TestEngine relay = harness(engine.url()).start(EngineScript.WELL);
                Socket socket = ask(relay, "")) {
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(answer.contains("\"stop\":true"), answer);
            assertEquals(engine.textSent(), relay.textSent());
            assertEquals(1, relay.tasks());
            assertEquals(1, relay.slotsTaken());
            assertEquals(0, relay.slotsBusy());
            assertEquals(0, relay.clientsLeft());
            assertEquals(0, relay.strayInput());
            assertTrue(relay.exchange().startsWith("> POST /completion HTTP/1.1\n"), relay.exchange());
            assertTrue(relay.exchange().endsWith("= it was told whole"), relay.exchange());
            assertTrue(!relay.exchange().contains("hush-0123"), relay.exchange());
        }
    }

    @Test
    void pieces_whenStepped_passOneByOne() throws Exception {
        try (TestEngine relay = harness(engine.url())
                        .start(EngineScript.builder().stepped().build());
                Socket socket = ask(relay, "")) {
            InputStream in = socket.getInputStream();
            relay.release(1);
            assertTrue(relay.await(() -> relay.tokensGenerated() == 1, Patience.mustHappen()));
            assertEquals(1, relay.slotsBusy());
            relay.release(3);
            assertTrue(new String(in.readAllBytes(), StandardCharsets.UTF_8).contains("\"stop\":true"));
            assertEquals(4, relay.tokensGenerated());
        }
    }

    @Test
    void client_thatResets_isSeenToLeaveByTheEngineToo() throws Exception {
        try (TestEngine relay =
                harness(engine.url()).start(EngineScript.builder().stepped().build())) {
            try (Socket socket = ask(relay, "")) {
                relay.release(1);
                assertTrue(relay.await(() -> relay.tokensGenerated() == 1, Patience.mustHappen()));
                socket.setSoLinger(true, 0);
            }
            assertTrue(relay.await(() -> relay.clientsLeft() == 1, Patience.mustHappen()));
            assertTrue(relay.exchange().endsWith("= the adapter left"), relay.exchange());
            assertTrue(relay.await(() -> relay.connectionsOpen() == 0, Patience.mustHappen()));
        }
    }

    @Test
    void bytes_thatNobodyAskedFor_areCounted() throws Exception {
        EngineScript stepped = EngineScript.builder().stepped().build(); // so that the answer is under way
        try (TestEngine relay = harness(engine.url()).start(stepped);
                Socket socket = ask(relay, "")) {
            assertTrue(relay.await(() -> relay.slotsBusy() == 1, Patience.mustHappen()));
            assertEquals(0, relay.strayInput());
            socket.getOutputStream().write("x".getBytes(StandardCharsets.UTF_8));
            assertTrue(relay.await(() -> relay.strayInput() == 1, Patience.mustHappen()));
        }
    }

    static Stream<EngineScript> scripts() {
        return Stream.of(
                EngineScript.with(new HeadFault.HangBeforeHead()),
                EngineScript.builder().slots(3).build(),
                EngineScript.builder().state(EngineScript.State.LOADING).build(),
                EngineScript.builder().token(Secret.of("hush-0123")).build());
    }

    @ParameterizedTest
    @MethodSource("scripts")
    void script_thatNoRealEngineFollows_isNotTestable(EngineScript script) {
        String reason = assertThrows(
                        NotTestable.class, () -> harness(engine.url()).start(script))
                .getMessage();
        assertTrue(reason.startsWith("not testable here: a real engine "), reason);
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://localhost:1", "llama", "file:///x"})
    void url_thatTheKitCannotLookInto_isRefused(String url) {
        String message = assertThrows(IllegalArgumentException.class, () -> harness(URI.create(url)))
                .getMessage();
        assertTrue(message.contains("http://HOST:PORT"), message);
    }

    @Test
    void engine_thatIsNotThere_resetsWhoeverComes() throws Exception {
        URI gone = engine.url();
        engine.close();
        try (TestEngine relay = harness(gone).start(EngineScript.WELL);
                Socket socket = new Socket(
                        "127.0.0.1",
                        URI.create(relay.configure(AdapterConfig.builder())
                                        .build()
                                        .url()
                                        .orElseThrow())
                                .getPort())) {
            assertThrows(
                    java.io.IOException.class,
                    () -> List.of(socket.getInputStream().read(), throwAtTheEnd(socket)));
        }
    }

    private static int throwAtTheEnd(Socket socket) throws java.io.IOException {
        socket.getOutputStream().write(1);
        return socket.getInputStream().read();
    }
}
