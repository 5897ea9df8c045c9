package io.llamaorch.adapter.tck.internal.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The line before the slots, and its end: a closing engine must not begin with those who waited. */
class SlotTableTest {
    private static final List<Integer> PROMPT = List.of(1, 2, 3);

    private final SlotTable table = new SlotTable(1, () -> {});

    @Test
    void shut_whenSomebodyWaits_sendsThemAwayAndGrantsNothingMore() {
        Slot taken = table.request(PROMPT, -1).await().orElseThrow();
        SlotTable.Ticket waiting = table.request(PROMPT, -1);

        table.shut();
        table.release(taken);

        assertEquals(Optional.empty(), waiting.await());
        assertEquals(Optional.empty(), table.request(PROMPT, -1).await());
        assertEquals(0, table.queued());
    }

    @Test
    void release_whenSomebodyWaits_givesThemTheSlot() {
        Slot taken = table.request(PROMPT, -1).await().orElseThrow();
        SlotTable.Ticket waiting = table.request(PROMPT, -1);

        table.release(taken);

        assertTrue(waiting.await().isPresent());
    }
}
