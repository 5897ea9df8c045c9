package io.llamaorch.adapter.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The policies of a host: their defaults, and what each setter says to a value that makes no sense. */
class PoliciesTest {

    private static final Duration CENTURY = Duration.ofDays(36_500);
    private static final Duration NONE = Duration.ZERO;
    private static final Duration LESS = Duration.ofNanos(-1);

    private static Stream<DynamicTest> refused(String message, Runnable... setters) {
        return Stream.of(setters)
                .map(setter -> DynamicTest.dynamicTest(
                        message,
                        () -> assertEquals(
                                message,
                                assertThrows(IllegalArgumentException.class, setter::run)
                                        .getMessage())));
    }

    @TestFactory
    Stream<DynamicTest> duration_whenItIsNotAboveZero_isRefused() {
        AdmissionPolicy.Builder admission = AdmissionPolicy.builder();
        RetryPolicy.Builder retry = RetryPolicy.builder();
        HealthPolicy.Builder health = HealthPolicy.builder();
        return Stream.of(
                        refused("ageing is PT0S: it must be above zero", () -> admission.ageing(NONE)),
                        refused("longestWait is PT0S: it must be above zero", () -> admission.longestWait(NONE)),
                        refused("quarantine is PT0S: it must be above zero", () -> admission.quarantine(NONE)),
                        refused(
                                "firstBackoff is PT-0.000000001S: it must be above zero",
                                () -> retry.firstBackoff(LESS),
                                () -> health.firstBackoff(LESS)),
                        refused(
                                "longestBackoff is PT0S: it must be above zero",
                                () -> retry.longestBackoff(NONE),
                                () -> health.longestBackoff(NONE)),
                        refused(
                                "retryAfterCeiling is PT0S: it must be above zero",
                                () -> retry.retryAfterCeiling(NONE)),
                        refused(
                                "openFor is PT0S: it must be above zero",
                                () -> BreakerPolicy.builder().openFor(NONE)),
                        refused("interval is PT0S: it must be above zero", () -> health.interval(NONE)))
                .flatMap(tests -> tests);
    }

    @TestFactory
    Stream<DynamicTest> number_whenItIsOutOfItsRange_isRefused() {
        AdmissionPolicy.Builder admission = AdmissionPolicy.builder();
        RetryPolicy.Builder retry = RetryPolicy.builder();
        BreakerPolicy.Builder breaker = BreakerPolicy.builder();
        HealthPolicy.Builder health = HealthPolicy.builder();
        return Stream.of(
                        refused("queueCapacity is -1: it must be 0 to 1000000", () -> admission.queueCapacity(-1)),
                        refused("attempts is 0: it must be 1 to 100", () -> retry.attempts(0)),
                        refused("attempts is 101: it must be 1 to 100", () -> retry.attempts(101)),
                        refused("reserve is -1: it must be 0 to 1000000", () -> retry.reserve(-1)),
                        refused("budget is -0.1: it must be 0 to 1", () -> retry.budget(-0.1)),
                        refused("budget is NaN: it must be 0 to 1", () -> retry.budget(Double.NaN)),
                        refused("failures is 0: it must be 1 to 10000", () -> breaker.failures(0)),
                        refused("window is 0: it must be 1 to 10000", () -> breaker.window(0)),
                        refused("jitter is 1.1: it must be 0 to 1", () -> health.jitter(1.1)),
                        refused("failureThreshold is 0: it must be 1 to 1000", () -> health.failureThreshold(0)),
                        refused("successThreshold is 0: it must be 1 to 1000", () -> health.successThreshold(0)))
                .flatMap(tests -> tests);
    }

    @Test
    void breaker_whenTheWindowCannotHoldTheFailures_isRefusedWhenItIsBuilt() {
        BreakerPolicy.Builder builder = BreakerPolicy.builder().failures(11);
        assertEquals(
                "failures is 11 of a window of 10: so many cannot come; make the window larger",
                assertThrows(IllegalArgumentException.class, builder::build).getMessage());
    }

    /** Such a duration cannot be added to a clock. */
    @Test
    void duration_whenItIsLongerThanACentury_isACentury() {
        Duration forever = Duration.ofSeconds(Long.MAX_VALUE);
        assertEquals(
                List.of(CENTURY, CENTURY, CENTURY),
                List.of(
                        AdmissionPolicy.builder().quarantine(forever).build().quarantine(),
                        BreakerPolicy.builder().openFor(forever).build().openFor(),
                        HealthPolicy.builder().interval(forever).build().interval()));
    }

    @Test
    void defaults_areWhatTheirDocumentationSays() {
        assertEquals("1000 PT30S PT2M PT30S", text(AdmissionPolicy.DEFAULT));
        assertEquals("3 PT0.1S PT5S PT30S 0.2 10", text(RetryPolicy.DEFAULT));
        assertEquals("5 10 PT10S", text(BreakerPolicy.DEFAULT));
        assertEquals("PT10S 0.2 3 1 PT1S PT15S", text(HealthPolicy.DEFAULT));
    }

    @Test
    void toBuilder_keepsEveryValue() {
        AdmissionPolicy admission = AdmissionPolicy.builder()
                .queueCapacity(0)
                .ageing(Duration.ofSeconds(1))
                .longestWait(Duration.ofSeconds(2))
                .quarantine(Duration.ofSeconds(3))
                .build();
        RetryPolicy retry = RetryPolicy.builder()
                .attempts(7)
                .firstBackoff(Duration.ofSeconds(1))
                .longestBackoff(Duration.ofSeconds(2))
                .retryAfterCeiling(Duration.ofSeconds(3))
                .budget(0.5)
                .reserve(0)
                .build();
        BreakerPolicy breaker = BreakerPolicy.builder()
                .failures(2)
                .window(4)
                .openFor(Duration.ofSeconds(1))
                .build();
        HealthPolicy health = HealthPolicy.builder()
                .interval(Duration.ofSeconds(1))
                .jitter(0)
                .failureThreshold(5)
                .successThreshold(6)
                .firstBackoff(Duration.ofSeconds(2))
                .longestBackoff(Duration.ofSeconds(3))
                .build();
        assertEquals("0 PT1S PT2S PT3S", text(admission.toBuilder().build()));
        assertEquals("7 PT1S PT2S PT3S 0.5 0", text(retry.toBuilder().build()));
        assertEquals("2 4 PT1S", text(breaker.toBuilder().build()));
        assertEquals("PT1S 0.0 5 6 PT2S PT3S", text(health.toBuilder().build()));
    }

    private static String text(AdmissionPolicy policy) {
        return policy.queueCapacity() + " " + policy.ageing() + " " + policy.longestWait() + " " + policy.quarantine();
    }

    private static String text(RetryPolicy policy) {
        return policy.attempts() + " " + policy.firstBackoff() + " " + policy.longestBackoff() + " "
                + policy.retryAfterCeiling() + " " + policy.budget() + " " + policy.reserve();
    }

    private static String text(BreakerPolicy policy) {
        return policy.failures() + " " + policy.window() + " " + policy.openFor();
    }

    private static String text(HealthPolicy policy) {
        return policy.interval() + " " + policy.jitter() + " " + policy.failureThreshold() + " "
                + policy.successThreshold() + " " + policy.firstBackoff() + " " + policy.longestBackoff();
    }
}
