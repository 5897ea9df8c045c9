package io.llamaorch.adapter.llamacpp.internal.slots;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.llamacpp.FakeTransport;
import io.llamaorch.adapter.llamacpp.internal.codec.EngineFacts;
import io.llamaorch.adapter.llamacpp.internal.codec.Failures;
import io.llamaorch.adapter.llamacpp.internal.health.EngineQueries;
import io.llamaorch.adapter.llamacpp.internal.health.KnownFacts;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.tck.ManualTime;
import io.llamaorch.adapter.tck.NoLeaks;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every job has a mark of its own, and none if a mark could change what is generated (CAN-07). */
@NoLeaks
class MarkSourceTest {

    private static final String DRY_OFF = "{\"default_generation_settings\":{\"params\":{\"dry_multiplier\":0.0}}}";
    private static final TaskRequest TASK = TaskRequest.builder("Once").build();

    private final FakeTransport transport = new FakeTransport();
    private final KnownFacts facts = new KnownFacts(
            new EngineQueries(
                    transport,
                    Optional.empty(),
                    new Failures("http://engine-1:8080", Optional.empty()),
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(5)),
            new ManualTime());
    private final MarkSource marks = new MarkSource(facts);

    private void learn(String props) {
        facts.learn(EngineFacts.read(props.getBytes(StandardCharsets.UTF_8)));
    }

    private void assertNone(String reason, TaskRequest task) {
        Mark mark = marks.next(task);
        assertTrue(mark.value().isEmpty(), mark::toString);
        assertTrue(mark.whyNone().contains(reason), mark::whyNone);
    }

    @Test
    void marks_tenThousand_areDifferentPositiveInts() {
        learn(DRY_OFF);
        Set<Integer> given = new HashSet<>();
        for (int i = 0; i < 10_000; i++) {
            int mark = marks.next(TASK).value().orElseThrow();
            assertTrue(mark >= 1 << 20, () -> mark + " is a value that people choose themselves");
            assertTrue(given.add(mark), () -> mark + " was given twice");
        }
    }

    @Test
    void marks_ofTwoAdapters_beginApart() {
        learn(DRY_OFF);
        int first = marks.next(TASK).value().orElseThrow();
        int other = new MarkSource(facts).next(TASK).value().orElseThrow();
        assertNotEquals(first, other - 1);
        assertNotEquals(first, other);
    }

    @Test
    void engine_unknown_leavesTheJobUnmarked() {
        assertNone("not known yet", TASK);
        assertEquals(0, transport.questions().size(), "nobody is asked");
        learn(DRY_OFF);
        assertTrue(marks.next(TASK).value().isPresent());
        facts.forget();
        assertNone("not known yet", TASK);
    }

    /** An operator's own default would be overruled. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"default_generation_settings\":{\"params\":{\"dry_multiplier\":0.800000011920929}}}",
                "{\"default_generation_settings\":{\"params\":null},\"role\":\"router\"}",
                "{}"
            })
    void engine_thatMayPenaliseByDefault_leavesTheJobUnmarked(String props) {
        learn(props);
        assertNone("dry_multiplier is 0", TASK);
    }

    @Test
    void engine_thatShowsNoSlots_leavesTheJobUnmarked() {
        learn("{\"endpoint_slots\":false," + DRY_OFF.substring(1));
        assertNone("does not show its slots", TASK);
    }

    @Test
    void task_thatSetsTheFieldsItself_staysUnmarked() {
        learn(DRY_OFF);
        assertNone(
                "sets dry_multiplier itself",
                TASK.toBuilder().extra("dry_multiplier", 0.8).build());
        assertNone(
                "sets dry_allowed_length itself",
                TASK.toBuilder().extra("dry_allowed_length", 3).build());
        assertNone(
                "sets dry_multiplier and dry_allowed_length itself",
                TASK.toBuilder()
                        .extra("dry_allowed_length", 3)
                        .extra("dry_multiplier", 0.0)
                        .build());
        assertTrue(marks.next(TASK.toBuilder().extra("dry_base", 1.5).build())
                .value()
                .isPresent());
    }
}
