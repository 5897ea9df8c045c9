package io.llamaorch.adapter.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.Capability;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Pin;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.spi.WorkerProperties;
import io.llamaorch.adapter.tck.NoLeaks;
import java.util.List;
import org.junit.jupiter.api.Test;

/** DSP-07: a pin is obeyed or refused, never silently changed. */
@NoLeaks
class AdapterHostPinTest extends HostFixture {

    private static TaskRequest pinned(String job, Pin pin) {
        return task(job).toBuilder().pin(pin).build();
    }

    @Test
    void pin_whenItsReplicaIsFull_waitsForItAlthoughOthersAreFree() {
        FakeAdapter r0 = bind("r0", 1);
        FakeAdapter r1 = bind("r1", 4);
        heard(pinned("a", Pin.toReplica("r0")));
        Heard waiting = heard(pinned("b", Pin.toReplica("r0")));
        assertEquals(0, waiting.position());
        assertEquals(List.of(), r1.jobs);

        FakeAdapter.end(r0.emitter("a"), "hello");

        assertEquals(List.of("a", "b"), r0.jobs);
    }

    @Test
    void pin_whileItWaits_keepsNobodyFromOtherReplicas() {
        bind("r0", 1);
        FakeAdapter r1 = bind("r1", 1).says("hello");
        heard(pinned("a", Pin.toReplica("r0")));
        heard(pinned("b", Pin.toReplica("r0")));
        heard("c").assertEnded();
        assertEquals(List.of("c"), r1.jobs);
    }

    @Test
    void pin_toASlot_isPassedOn() {
        fake.declares(Capability.SLOT_PIN);
        bind("r0", WorkerProperties.builder().slots(4).build());
        FakeAdapter r1 = bind("r1", WorkerProperties.builder().slots(2).build());
        heard(pinned("a", Pin.toSlot("r1", 1)));
        assertEquals(1, r1.tasks.get(0).pin().orElseThrow().slot().orElseThrow());
    }

    @Test
    void pin_toASlotThatThereIsNot_isRefused() {
        fake.declares(Capability.SLOT_PIN);
        bind("r0", WorkerProperties.builder().slots(2).build());
        WorkerError error = heard(pinned("a", Pin.toSlot("r0", 2))).assertFailed(ErrorCode.INVALID_PARAMS);
        assertTrue(
                error.message()
                        .contains("the task is pinned to slot 2, and replica r0 (fake) has 2 slots, counted from 0"),
                error.message());
    }

    @Test
    void pin_toAReplicaThatCannotServe_isRefusedForThatReason() {
        bind("r0", WorkerProperties.builder().modelNames(List.of("tiny")).build());
        bind("r1", WorkerProperties.builder().modelNames(List.of("large")).build());
        TaskRequest task =
                pinned("a", Pin.toReplica("r0")).toBuilder().model("large").build();
        WorkerError error = heard(task).assertFailed(ErrorCode.NOT_FOUND);
        assertTrue(
                error.message().contains("replica r0 (fake) does not serve model 'large', only tiny:"),
                error.message());
    }

    @Test
    void pin_whenItsReplicaIsTakenAwayWhileTheTaskWaits_isRefusedAtTheEndOfTheWait() {
        FakeAdapter r0 = bind("r0", 1);
        bind("r1", 1);
        heard(pinned("a", Pin.toReplica("r0")));
        Heard waiting = heard(pinned("b", Pin.toReplica("r0")));
        unbindNow("r0");
        time.advance(AdmissionPolicy.DEFAULT.longestWait());
        WorkerError error = waiting.assertFailed(ErrorCode.NOT_FOUND);
        assertTrue(
                error.message().contains("pinned to replica 'r0', which pool 'default' does not have"),
                error.message());
        assertEquals(List.of("a"), r0.jobs);
    }
}
