package io.llamaorch.adapter.tck;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.Thread.UncaughtExceptionHandler;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Notes what threads end of. The JVM has one handler for that, so its notes are the JVM's too; whatever handler was set
 * before is called as well.
 */
final class UncaughtExceptions implements UncaughtExceptionHandler {

    private static final List<String> NOTED = new CopyOnWriteArrayList<>();

    private final @Nullable UncaughtExceptionHandler before;

    private UncaughtExceptions(@Nullable UncaughtExceptionHandler before) {
        this.before = before;
    }

    /** How many there were since the first call. */
    static synchronized int count() {
        UncaughtExceptionHandler set = Thread.getDefaultUncaughtExceptionHandler();
        if (!(set instanceof UncaughtExceptions)) {
            Thread.setDefaultUncaughtExceptionHandler(new UncaughtExceptions(set));
        }
        return NOTED.size();
    }

    /** Those that came after so many, each with its thread and stack. */
    static List<String> since(int count) {
        return List.copyOf(NOTED.subList(count, NOTED.size()));
    }

    @Override
    public void uncaughtException(Thread thread, Throwable thrown) {
        StringWriter stack = new StringWriter();
        thrown.printStackTrace(new PrintWriter(stack));
        NOTED.add("uncaught in thread " + thread.getName() + ": "
                + stack.toString().strip());
        if (before != null) {
            before.uncaughtException(thread, thrown);
        } else {
            System.err.print("Exception in thread \"" + thread.getName() + "\" " + stack); // as the JVM does
        }
    }
}
