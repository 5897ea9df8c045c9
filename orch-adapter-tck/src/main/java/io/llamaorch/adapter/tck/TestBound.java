package io.llamaorch.adapter.tck;

import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;

/**
 * Runs each test on a thread of its own and leaves it alone when it takes too long, so that an adapter that blocks its
 * caller costs a failure and not the run. The failure names the rule, and the place where the adapter blocks.
 */
final class TestBound implements InvocationInterceptor {

    private static final int FRAMES = 12;

    TestBound() {}

    @Override
    public void interceptTestMethod(
            Invocation<Void> invocation, ReflectiveInvocationContext<Method> call, ExtensionContext context)
            throws Throwable {
        Rule rule = call.getExecutable().getAnnotation(Rule.class);
        if (rule == null) {
            invocation.proceed();
            return;
        }
        FutureTask<Void> test = new FutureTask<>(() -> proceed(invocation));
        Thread thread = new Thread(test, "conformance-test");
        thread.setDaemon(true);
        thread.start();
        Duration longest = Patience.scaled(AdapterConformance.LONGEST_TEST);
        try {
            test.get(longest.toNanos(), TimeUnit.NANOSECONDS);
            thread.join();
        } catch (ExecutionException e) {
            thread.join();
            throw e.getCause();
        } catch (TimeoutException e) {
            StackTraceElement[] place = thread.getStackTrace();
            thread.interrupt();
            throw new RuleBroken(
                    rule.value(),
                    "the test done within " + longest,
                    "it hangs" + at(place),
                    "",
                    List.of("a method of the adapter blocks its caller: none of them may"));
        } catch (InterruptedException e) {
            thread.interrupt();
            throw e;
        }
    }

    private static String at(StackTraceElement[] place) {
        return Arrays.stream(place)
                .limit(FRAMES)
                .map(frame -> "\n              at " + frame)
                .collect(Collectors.joining());
    }

    private static Void proceed(Invocation<Void> invocation) throws Exception {
        try {
            return invocation.proceed();
        } catch (Exception | Error thrown) {
            throw thrown;
        } catch (Throwable thrown) {
            throw new IllegalStateException(thrown);
        }
    }
}
