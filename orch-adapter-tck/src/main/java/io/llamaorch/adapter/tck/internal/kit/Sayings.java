package io.llamaorch.adapter.tck.internal.kit;

import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.spi.WorkerException;
import io.llamaorch.adapter.tck.Patience;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;

/** All that an adapter says, to be searched for what it should not say. Calls must be serial. */
public final class Sayings {

    private final List<String> said = new ArrayList<>();

    /** Begins with nothing said. */
    public Sayings() {}

    /** Takes down what something says of itself, and all that hangs on it. */
    public Sayings add(Object thing) {
        said.add(String.valueOf(thing));
        if (thing instanceof Throwable thrown) {
            StringWriter trace = new StringWriter();
            thrown.printStackTrace(new PrintWriter(trace));
            said.add(trace.toString());
        }
        if (thing instanceof WorkerException exception) {
            add(exception.error());
        } else if (thing instanceof TokenEvent.Error error) {
            add(error.error());
        } else if (thing instanceof WorkerError error) {
            said.add(error.message());
            said.add(error.excerpt());
            error.cause().ifPresent(this::add);
        } else if (thing instanceof TokenEvent.Started started) {
            said.add(started.details().toString());
        }
        return this;
    }

    /** Those that contain a text, each bounded. */
    public List<String> with(String text) {
        return said.stream()
                .filter(saying -> saying.contains(text))
                .map(saying -> around(saying, text))
                .toList();
    }

    private static String around(String saying, String text) {
        int at = saying.indexOf(text);
        return saying.substring(Math.max(0, at - 80), Math.min(saying.length(), at + text.length() + 80))
                .strip();
    }

    /** With what a stage fails; what it gives, if it does not. */
    public static Object failure(CompletionStage<?> stage) throws InterruptedException {
        try {
            return Patience.get(stage);
        } catch (ExecutionException e) {
            return e.getCause() == null ? e : e.getCause();
        }
    }
}
