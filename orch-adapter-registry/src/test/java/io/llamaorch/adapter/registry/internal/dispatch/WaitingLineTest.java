package io.llamaorch.adapter.registry.internal.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.registry.AdmissionPolicy;
import io.llamaorch.adapter.spi.Priority;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;

/** DSP-03: interactive before batch, and nobody waits for ever. */
class WaitingLineTest {

    private static final long SECOND = 1_000_000_000;

    private final WaitingLine<String> line = new WaitingLine<>(
            AdmissionPolicy.builder().ageing(Duration.ofSeconds(30)).build());

    private WaitingLine.Entry<String> interactive(String name, long came) {
        return line.add(name, Priority.INTERACTIVE, came * SECOND);
    }

    private WaitingLine.Entry<String> batch(String name, long came) {
        return line.add(name, Priority.BATCH, came * SECOND);
    }

    private List<String> order() {
        List<String> order = new ArrayList<>();
        line.forEach(entry -> order.add(entry.what()));
        return order;
    }

    @Test
    void order_ofEqualPriority_isThatOfComing() {
        interactive("b", 2);
        interactive("a", 1);
        interactive("c", 2);
        assertEquals(List.of("a", "b", "c"), order());
    }

    @Test
    void order_putsInteractiveBeforeBatch() {
        batch("slow", 0);
        interactive("quick", 29);
        assertEquals(List.of("quick", "slow"), order());
    }

    @Test
    void order_putsAnAgedBatchTaskBeforeInteractiveOnesThatCameMuchLater() {
        batch("slow", 0);
        interactive("at the limit", 30);
        interactive("late", 31);
        assertEquals(List.of("slow", "at the limit", "late"), order());
    }

    /** One interactive task comes each second, and one task is served each second. */
    @Test
    void batch_whileInteractiveTasksNeverCease_isServedAfterItsAgeing() {
        batch("slow", 0);
        long now = 0;
        String served = "";
        while (!served.equals("slow")) {
            interactive("quick", ++now);
            Iterator<WaitingLine.Entry<String>> next = line.iterator();
            served = next.next().what();
            next.remove();
        }
        assertEquals(30, now);
    }

    @Test
    void order_whenTheClockWraps_isThatOfComing() {
        line.add("before", Priority.INTERACTIVE, Long.MAX_VALUE - SECOND);
        line.add("after", Priority.INTERACTIVE, Long.MIN_VALUE + SECOND);
        line.add("batch", Priority.BATCH, Long.MAX_VALUE - SECOND);
        assertEquals(List.of("before", "after", "batch"), order());
    }

    @Test
    void position_countsThoseBefore() {
        WaitingLine.Entry<String> slow = batch("slow", 0);
        WaitingLine.Entry<String> first = interactive("first", 1);
        WaitingLine.Entry<String> second = interactive("second", 1);
        assertEquals(List.of(0, 1, 2), List.of(line.position(first), line.position(second), line.position(slow)));
    }

    @Test
    void remove_takesOutAndLetsOthersMoveUp() {
        WaitingLine.Entry<String> first = interactive("first", 1);
        WaitingLine.Entry<String> second = interactive("second", 1);
        line.remove(first);
        line.remove(first);
        assertEquals(0, line.position(second));
        assertEquals(1, line.size());
    }

    @Test
    void isEmpty_whenTheLastWasTakenByIteration() {
        interactive("only", 1);
        Iterator<WaitingLine.Entry<String>> entries = line.iterator();
        entries.next();
        entries.remove();
        assertTrue(line.isEmpty());
    }
}
