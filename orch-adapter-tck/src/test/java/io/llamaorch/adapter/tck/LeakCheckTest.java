package io.llamaorch.adapter.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.llamaorch.adapter.spi.TimeSource;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * Runs the test classes of {@link Leaky}, and reads what is said about them. It is not under the check itself, for what
 * a thread ends of stays noted.
 */
class LeakCheckTest {

    private final List<String> started = new ArrayList<>();
    private final List<Throwable> failures = new ArrayList<>();

    @AfterEach
    void closeWhatWasLeft() throws IOException {
        Leaky.closeAll();
    }

    private String failureOf(Class<?> sample) {
        run(sample);
        assertEquals(1, failures.size(), () -> sample + " should have failed once: " + failures);
        return String.valueOf(failures.get(0).getMessage());
    }

    private void run(Class<?> sample) {
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectClass(sample))
                .configurationParameter(LeakCheck.PATIENCE_PARAMETER, "100")
                .build();
        LauncherFactory.create().execute(request, new TestExecutionListener() {
            @Override
            public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                started.add(test.getDisplayName());
                result.getThrowable().ifPresent(failures::add);
            }
        });
    }

    private static void assertSays(String what, String message) {
        assertTrue(message.contains(what), () -> "'" + what + "' is not in: " + message);
    }

    @Test
    void check_whenNothingIsLeft_passes() {
        run(Leaky.Clean.class);
        assertEquals(List.of(), failures);
        assertTrue(started.contains("closesWhatItOpens()"), started::toString);
        assertTrue(started.contains("usesWhatItsClassOpened()"), started::toString);
        assertTrue(started.contains("closesWhatItOpensInside()"), started::toString);
    }

    @Test
    void check_whenAThreadIsLeft_namesItItsStateAndItsFrames() {
        String message = failureOf(Leaky.LeavesThread.class);
        assertSays("leaves() left 1 behind:", message);
        assertSays("thread left-thread, WAITING", message);
        assertSays("java.util.concurrent.CountDownLatch.await(", message);
        assertSays("Leaky", message);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void check_whenAServerSocketIsLeft_namesItsAddress() {
        String message = failureOf(Leaky.LeavesServerSocket.class);
        assertSays(
                "a server socket on 127.0.0.1:" + Leaky.LeavesServerSocket.port,
                message.replace("0:0:0:0:0:ffff:", ""));
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void check_whenAConnectedSocketIsLeft_namesBothEndsAndItsState() {
        String message = failureOf(Leaky.LeavesConnectedSocket.class);
        assertSays("127.0.0.1:" + Leaky.LeavesConnectedSocket.local, message);
        assertSays("to 127.0.0.1:" + Leaky.LeavesConnectedSocket.remote, message);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void check_whenASelectorIsLeft_saysSo() {
        assertSays(": a selector", failureOf(Leaky.LeavesSelector.class));
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void check_whenAFileIsLeft_namesIt() {
        String message = failureOf(Leaky.LeavesFile.class);
        assertSays("the file " + Leaky.LeavesFile.file, message);
    }

    @Test
    void check_whenATimerOfRealTimeIsLeft_saysWhatItIsFor() {
        assertSays("timer of real time: left timer", failureOf(Leaky.LeavesRealTimer.class));
    }

    @Test
    void check_whenATimerOfAManualClockIsLeft_saysWhatItIsFor() {
        assertSays("timer of a manual clock: left timer", failureOf(Leaky.LeavesManualTimer.class));
    }

    @Test
    void check_whenAStreamIsNeitherEndedNorCancelled_namesItsJob() {
        assertSays("timer of real time: limits of job left-job (engine-x)", failureOf(Leaky.LeavesStream.class));
    }

    @Test
    void check_whenAThreadEndsOfAnException_tellsThreadAndStack() {
        String message = failureOf(Leaky.LeavesException.class);
        assertSays("uncaught in thread broken-thread: java.lang.IllegalStateException: left exception", message);
        assertSays("LeavesException", message);
    }

    @Test
    void check_whenAFieldOpensIt_blamesTheTest() {
        assertSays("timer of real time: left timer", failureOf(Leaky.LeavesInField.class));
    }

    @Test
    void check_whenSeveralThingsAreLeft_namesAll() {
        String message = failureOf(Leaky.LeavesTwo.class);
        assertSays("thread left-thread", message);
        assertSays("timer of real time: left timer", message);
    }

    @Test
    void check_whenTheTestItselfFails_keepsItsFailureAndAddsToIt() {
        run(Leaky.FailsAndLeaves.class);
        assertEquals(1, failures.size(), failures::toString);
        assertEquals("its own failure", failures.get(0).getMessage());
        assertSays(
                "timer of real time: left timer",
                failures.get(0).getSuppressed()[0].getMessage());
    }

    @Test
    void check_whenTheClassLeavesWhatItOpened_failsTheClass() {
        String message = failureOf(Leaky.LeavesAfterAll.class);
        assertSays("LeavesAfterAll left 1 behind", message);
        assertSays("timer of real time: left timer", message);
    }

    @Test
    void check_whenANestedOrAnInheritingTestLeaks_failsIt() {
        run(Leaky.Inherits.class);
        assertEquals(2, failures.size(), failures::toString);
        assertSays("leavesTimer() left 1 behind", failures.get(0).getMessage());
        assertSays("leavesTimer() left 1 behind", failures.get(1).getMessage());
    }

    @Test
    void leaks_whenWhatWasLeftEndsInTime_areNone() throws Exception {
        Leaks before = Leaks.snapshot();
        CountDownLatch end = new CountDownLatch(1);
        Thread slow = new Thread(() -> Leaky.awaitQuietly(end), "slow-thread");
        slow.start();
        assertTrue(before.found(Duration.ZERO).stream().anyMatch(leak -> leak.contains("slow-thread")));
        TimeSource.system().schedule(Duration.ofMillis(20), end::countDown);
        assertEquals(List.of(), before.found(Patience.mustHappen()));
        Patience.end(slow);
    }
}
