package io.llamaorch.adapter.llamacpp;

import io.llamaorch.adapter.llamacpp.FakeEngine.Ending;
import io.llamaorch.adapter.llamacpp.FakeEngine.Line;
import io.llamaorch.adapter.llamacpp.internal.wire.FullListener;
import io.llamaorch.adapter.llamacpp.internal.wire.Loops;
import io.llamaorch.adapter.llamacpp.internal.wire.SharedLoop;
import io.llamaorch.adapter.spi.AdapterConfig;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.spi.WorkerHealth;
import io.llamaorch.adapter.tck.Patience;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * An adapter, its engine, and a task that is brought into one phase of its life and stays there. A second adapter on the
 * same I/O thread serves to see that the thread has turned.
 */
final class Stage {

    /** The phases of a task, as the adapter sees them (CAN-03). */
    enum Phase {
        NAME_LOOKUP,
        CONNECTING,
        MODEL_CHECK,
        BEFORE_HEAD,
        VERSION,
        PROMPT,
        BETWEEN_TOKENS,
        NOTHING_ASKED_FOR;

        /** Whether a connection for the task itself stands. */
        boolean isConnected() {
            return ordinal() >= BEFORE_HEAD.ordinal();
        }
    }

    static final Duration VERSION_WAIT = Duration.ofMillis(250);

    /** How long a lookup takes that precedes a connect, by which the limit of the latter is told from the former's. */
    private static final Duration LOOKUP = Duration.ofMillis(1);

    private static final String PROGRESS =
            "data: {\"content\":\"\",\"tokens\":[0],\"tokens_predicted\":0,\"tokens_evaluated\":9,"
                    + "\"prompt_progress\":{\"total\":9,\"cache\":0,\"processed\":3,\"time_ms\":0}}\n\n";
    private static final String TOKEN =
            "data: {\"content\":\"a\",\"stop\":false,\"tokens_predicted\":1,\"tokens_evaluated\":9}\n\n";
    private static final String SAME_COUNT =
            "data: {\"content\":\"\",\"stop\":false,\"tokens_predicted\":1,\"tokens_evaluated\":9}\n\n";

    final FakeEngine engine;
    final WorkerAdapter adapter;

    /** How the engine's end of the task's connection ended. */
    final BlockingQueue<Ending> endings = new LinkedBlockingQueue<>();

    private final AdapterFixture fixture;
    private final Phase phase;
    private final WorkerAdapter aside;
    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);
    private volatile boolean holds;

    /** The options are the adapter's, beside which it has none. */
    Stage(AdapterFixture fixture, Phase phase, Map<String, String> options) throws Exception {
        this.fixture = fixture;
        this.phase = phase;
        engine = fixture.engine();
        FakeEngine other = fixture.engine();
        if (phase == Phase.CONNECTING) {
            fixture.closing(new FullListener("127.0.0.2", engine.port()));
        }
        SharedLoop loop = Loops.resolving(this::addresses);
        AdapterConfig.Builder config = fixture.config("http://engine:" + engine.port());
        options.forEach(config::option);
        var specs = fixture.factory().descriptor().options();
        adapter = fixture.closing(LlamaCppAdapter.create(config.build(), specs, loop));
        aside = fixture.closing(
                LlamaCppAdapter.create(fixture.config(other.url()).build(), specs, loop));
        if (phase == Phase.VERSION) {
            engine.on("/props", this::held);
        } else {
            Patience.get(adapter.properties()); // so that nothing but the task itself is asked later
        }
        fixture.closing(this::release);
    }

    /** Submits a task and brings it into the phase. */
    TokenStream submit(Duration connectLimit, TaskRequest.Builder task) throws Exception {
        holds = true;
        switch (phase) {
            case MODEL_CHECK -> {
                engine.on("/v1/models", this::held);
                task.model("of another name");
            }
            case BEFORE_HEAD -> script(line -> {});
            case VERSION -> script(Line::streamHead);
            case PROMPT ->
                script(line -> {
                    line.streamHead();
                    line.chunk(":\n\n");
                    line.chunk(PROGRESS);
                    line.chunk(":\n\n");
                });
            case BETWEEN_TOKENS ->
                script(line -> {
                    line.streamHead();
                    line.chunk(TOKEN);
                    line.chunk(":\n\n");
                    line.chunk(SAME_COUNT);
                });
            case NOTHING_ASKED_FOR ->
                script(line -> {
                    line.streamHead();
                    line.chunk("data: {\"content\":\"a\",\"stop\":false}\n\n".repeat(40));
                });
            case NAME_LOOKUP, CONNECTING -> {}
        }
        TokenStream stream = adapter.submit(task.build());
        switch (phase) {
            case CONNECTING -> fixture.time().awaitTimer(connectLimit.minus(LOOKUP));
            case VERSION -> fixture.time().awaitTimer(VERSION_WAIT);
            default -> Patience.await(reached);
        }
        turn();
        return stream;
    }

    /** How much of its time the task has used up by being brought here. */
    Duration used() {
        return phase == Phase.CONNECTING ? LOOKUP : Duration.ZERO;
    }

    /** From here on the engine is well, and answers what it held back. */
    void release() {
        holds = false;
        engine.on("/completion", line -> line.stream(Transcripts.text("completion-stream-short")));
        released.countDown();
    }

    /** The I/O thread has done what it had to do before this was called, and has closed what it wanted to close. */
    void turn() throws Exception {
        for (int i = 0; i < 2; i++) {
            if (!WorkerHealth.Status.HEALTHY.equals(Patience.get(aside.health()).status())) {
                throw new AssertionError("the other engine is not well");
            }
        }
    }

    /** Where the task's connection leads to, as the system writes it. */
    String peer() {
        return (phase == Phase.CONNECTING ? "127.0.0.2:" : "127.0.0.1:") + engine.port();
    }

    private void script(FakeEngine.Script begin) {
        engine.on("/completion", line -> {
            begin.talk(line);
            reached.countDown();
            endings.add(line.awaitEnd());
        });
    }

    private void held(Line line) throws Exception {
        if (holds) {
            reached.countDown();
        }
        Patience.await(released);
        line.json(200, Transcripts.text(phase == Phase.VERSION ? "props" : "models"));
    }

    private InetAddress[] addresses(String host) throws UnknownHostException {
        if (holds && phase == Phase.NAME_LOOKUP) {
            reached.countDown();
            try {
                Patience.await(released);
            } catch (InterruptedException e) {
                throw new UnknownHostException(host);
            }
        }
        if (holds && phase == Phase.CONNECTING) {
            fixture.time().advance(LOOKUP);
            return new InetAddress[] {InetAddress.getByName("127.0.0.2")};
        }
        return new InetAddress[] {InetAddress.getByName("127.0.0.1")};
    }

    static boolean isToken(TokenEvent event) {
        return event instanceof TokenEvent.Token;
    }
}
