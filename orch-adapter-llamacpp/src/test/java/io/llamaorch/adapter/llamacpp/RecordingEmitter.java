package io.llamaorch.adapter.llamacpp;

import io.llamaorch.adapter.spi.CancelCause;
import io.llamaorch.adapter.spi.CancelReceipt;
import io.llamaorch.adapter.spi.Channel;
import io.llamaorch.adapter.spi.EndDetails;
import io.llamaorch.adapter.spi.StartDetails;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.Timings;
import io.llamaorch.adapter.spi.TokenDetails;
import io.llamaorch.adapter.spi.TokenEmitter;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.Usage;
import io.llamaorch.adapter.spi.WorkerError;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

/** An emitter that writes down what it is fed, and forgives nothing that the real one would hide. */
final class RecordingEmitter implements TokenEmitter {

    private final StringBuilder text = new StringBuilder();
    private final List<String> calls = new ArrayList<>();
    private String end = "";

    /** All text. */
    String text() {
        return text.toString();
    }

    /** Everything, in order. */
    List<String> calls() {
        return calls;
    }

    /** The terminal event; empty if there is none. */
    String end() {
        return end;
    }

    private boolean note(String call) {
        if (ended()) {
            throw new AssertionError(call + " after " + end);
        }
        calls.add(call);
        return true;
    }

    private boolean terminal(String call) {
        note(call);
        end = call;
        return true;
    }

    @Override
    public boolean token(String piece, Channel channel, TokenDetails details) {
        text.append(piece);
        return note("token " + piece);
    }

    @Override
    public boolean progress(int processed, int total, int cached) {
        return note("progress " + processed + "/" + total + "/" + cached);
    }

    @Override
    public boolean metrics(Timings timings) {
        return note("metrics " + timings);
    }

    @Override
    public void usage(int prompt, int cached, int generated) {
        note("usage " + prompt + "/" + cached + "/" + generated);
    }

    @Override
    public boolean end(StopReason reason, Timings timings, EndDetails details) {
        return terminal("end " + reason + " " + timings);
    }

    @Override
    public boolean error(WorkerError error) {
        return terminal("error " + error.code());
    }

    @Override
    public boolean refused(WorkerError error) {
        return terminal("refused " + error.code());
    }

    @Override
    public void usageFrom(Supplier<Usage> source) {
        throw new AssertionError("only hosts ask another stream");
    }

    @Override
    public boolean ended() {
        return !end.isEmpty();
    }

    @Override
    public String jobId() {
        return "job-1";
    }

    @Override
    public TokenStream stream() {
        throw new AssertionError("a feed needs no stream");
    }

    @Override
    public boolean started(String model, StartDetails details) {
        throw new AssertionError("a feed does not start");
    }

    @Override
    public boolean toolCall(String id, String name, String argumentsJson) {
        throw new AssertionError("llama.cpp calls no tools here");
    }

    @Override
    public boolean extension(String name, String json) {
        throw new AssertionError("there is none");
    }

    @Override
    public boolean forward(TokenEvent event) {
        throw new AssertionError("only hosts forward");
    }

    @Override
    public void onDemand(Runnable callback) {
        throw new AssertionError("a feed is not asked");
    }

    @Override
    public void onCancel(Function<CancelCause, CompletionStage<CancelReceipt>> callback) {
        throw new AssertionError("a feed is not cancelled");
    }

    @Override
    public Optional<Class<?>> inlineSubscriber() {
        return Optional.empty();
    }

    @Override
    public boolean awaitDemand() {
        throw new AssertionError("a feed never waits");
    }
}
