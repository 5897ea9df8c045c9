package io.llamaorch.adapter.llamacpp.internal.wire;

import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.Patience;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@NoLeaks
@Timeout(120)
class EventLoopTest {

    private static final int CALLERS = 3;
    private static final int STEPS = 5_000;

    private static final EventLoop.Handler NOBODY = new EventLoop.Handler() {
        @Override
        public void ready(int operations) {}

        @Override
        public void broke(Throwable cause) {}
    };

    /** To let go uses up whatever has just woken the thread, which must cost nobody his turn. */
    @Test
    void step_thatIsGivenWhileAnotherLetsGo_isNotForgotten() throws Exception {
        EventLoop loop = new EventLoop(new NameLookup(InetAddress::getAllByName));
        List<CompletableFuture<Void>> callers = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int caller = 0; caller < CALLERS; caller++) {
            CompletableFuture<Void> done = new CompletableFuture<>();
            callers.add(done);
            Thread thread = new Thread(() -> oneStepAfterTheOther(loop, done), "caller-" + caller);
            threads.add(thread);
            thread.start();
        }
        for (CompletableFuture<Void> done : callers) {
            Patience.get(done);
        }
        for (Thread thread : threads) {
            Patience.end(thread);
        }
        loop.end(Duration.ofSeconds(10));
    }

    private static void oneStepAfterTheOther(EventLoop loop, CompletableFuture<Void> done) {
        try {
            for (int i = 0; i < STEPS; i++) {
                CompletableFuture<Void> step = new CompletableFuture<>();
                loop.execute(NOBODY, () -> {
                    loop.letGo();
                    step.complete(null);
                });
                Patience.get(step);
            }
            done.complete(null);
        } catch (Exception | AssertionError e) {
            done.completeExceptionally(e);
        }
    }
}
