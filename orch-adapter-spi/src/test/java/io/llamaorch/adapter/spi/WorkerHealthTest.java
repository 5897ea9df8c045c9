package io.llamaorch.adapter.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.tck.NoLeaks;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@NoLeaks
@DisplayName("What a health check found (HLT-01, HLT-03)")
class WorkerHealthTest {

    @Test
    @DisplayName("HLT-03: a busy engine is degraded, and takes work: there is no code that a task would fail with")
    void busy_isDegradedAndReady() {
        WorkerHealth busy = WorkerHealth.busy("busy: silent");
        assertEquals(WorkerHealth.Status.DEGRADED, busy.status());
        assertTrue(busy.live());
        assertTrue(busy.ready());
        assertEquals(Optional.empty(), busy.code());
        assertEquals(Optional.empty(), busy.retryAfter());
        assertEquals("DEGRADED (busy: silent)", busy.toString());
    }

    @Test
    @DisplayName("HLT-01: an engine that loads its model is degraded, and does not take work yet")
    void degraded_isLiveAndNotReady() {
        WorkerHealth loading = WorkerHealth.degraded("loading", Duration.ofSeconds(1));
        assertEquals(WorkerHealth.Status.DEGRADED, loading.status());
        assertTrue(loading.live());
        assertFalse(loading.ready());
        assertEquals(Optional.of(ErrorCode.POOL_UNREADY), loading.code());
        assertEquals(Optional.of(Duration.ofSeconds(1)), loading.retryAfter());
    }

    @Test
    @DisplayName("HLT-01: a healthy engine takes work")
    void healthy_isReady() {
        assertTrue(WorkerHealth.healthy("ok").ready());
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("HLT-01: an unhealthy engine is not ready, and lives unless it could not be reached or said nothing")
    void unhealthy_isNotReady(ErrorCode code) {
        WorkerHealth ill = WorkerHealth.unhealthy(code, "ill");
        assertFalse(ill.ready());
        assertEquals(code != ErrorCode.POOL_UNAVAILABLE && code != ErrorCode.DECODE_TIMEOUT, ill.live());
    }
}
