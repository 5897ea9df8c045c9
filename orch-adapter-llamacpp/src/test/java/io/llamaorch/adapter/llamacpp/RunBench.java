package io.llamaorch.adapter.llamacpp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.llamaorch.adapter.llamacpp.internal.codec.EngineFacts;
import io.llamaorch.adapter.llamacpp.internal.health.KnownFacts;
import io.llamaorch.adapter.llamacpp.internal.wire.ResponseHead;
import io.llamaorch.adapter.spi.AdapterConfig;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.RunningStreams;
import io.llamaorch.adapter.spi.Secret;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.StreamLimits;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TimeSource;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.tck.ManualTime;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Runs of one engine, all on the test's thread: the engine says what the test says, and what the caller hears is written
 * down. No timer may wait at the end.
 */
final class RunBench implements AfterEachCallback {

    static final String END = "data: {\"content\":\"\",\"stop\":true,\"stop_type\":\"eos\"}\n\n";

    final FakeTransport transport = new FakeTransport();
    final ManualTime time = new ManualTime();
    final RunningStreams streams = RunningStreams.create(
            "llamacpp",
            AdapterConfig.builder()
                    .timeSource(time)
                    .deliveryExecutor(Runnable::run)
                    .build(),
            StreamLimits.DEFAULT);

    private Engine engine = Engines.unknown(transport, time);
    private Heard heard = new Heard(0);
    private TokenStream stream;

    /** Has all requests carry this token. */
    void authorizeWith(Secret token) {
        engine = Engines.unknown(transport, time, Optional.of(token));
    }

    /** Has the runs measure time with another clock. */
    void measureWith(TimeSource clock) {
        engine = new Engine(
                transport,
                engine.queries(),
                engine.facts(),
                engine.failures(),
                engine.lastBytes(),
                engine.proofs(),
                engine.ledger(),
                clock,
                engine.exclusive());
    }

    Engine engine() {
        return engine;
    }

    KnownFacts facts() {
        return engine.facts();
    }

    /** Has these properties of the engine be known. */
    void learn(String props) {
        facts().learn(EngineFacts.read(props.getBytes(StandardCharsets.UTF_8)));
    }

    static TaskRequest.Builder task() {
        return TaskRequest.builder("Once").jobId("job-1");
    }

    /** Submits a task to which nobody listens. */
    TokenStream open(TaskRequest task) {
        stream = streams.open(task, emitter -> CompletionRun.begin(task, emitter, engine));
        return stream;
    }

    /** Submits a task and asks for so many events. */
    void submit(TaskRequest task, long demand) {
        heard = new Heard(demand);
        open(task).subscribe(heard);
    }

    void submit() {
        submit(task().build(), Long.MAX_VALUE);
    }

    /** Submits a task to an engine of which everything is known. */
    void submitKnowing() {
        learn(Engines.PROPS);
        submit();
    }

    void connect() {
        transport.listener().onConnected(transport.call());
    }

    void streamHead() {
        head(200, "text/event-stream");
    }

    void head(int status, String type) {
        transport.listener().onHead(new ResponseHead(status, List.of(new ResponseHead.Field("Content-Type", type))));
    }

    boolean body(String text) {
        return transport.listener().onBody(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** The events of the tokens from the one number to before the other. */
    static String tokens(int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(i -> "data: {\"content\":\"" + i + " \",\"tokens_predicted\":" + (i + 1) + "}\n\n")
                .collect(Collectors.joining());
    }

    TokenStream stream() {
        return stream;
    }

    /** Asks for more events. */
    void request(long more) {
        heard.request(more);
    }

    /** What the caller of the last task has heard. */
    List<TokenEvent> events() {
        return heard.events;
    }

    String text() {
        return AdapterFixture.text(events());
    }

    TokenEvent.Started started() {
        return (TokenEvent.Started) events().get(0);
    }

    TokenEvent last() {
        return events().get(events().size() - 1);
    }

    StopReason reason() {
        return ((TokenEvent.End) last()).reason();
    }

    ErrorCode code() {
        return ((TokenEvent.Error) last()).error().code();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        streams.close();
        assertEquals(List.of(), time.pending(), "timers that wait");
    }
}
