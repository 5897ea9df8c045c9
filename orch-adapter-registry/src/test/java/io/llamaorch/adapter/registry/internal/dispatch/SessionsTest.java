package io.llamaorch.adapter.registry.internal.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.api.Test;

/** DSP-04: who holds whose cache, in bounded memory. */
class SessionsTest {

    private static final Sessions.Home R0 = new Sessions.Home("r0", 1);
    private static final Sessions.Home R1 = new Sessions.Home("r1", 2);

    private final Sessions sessions = new Sessions(2);

    @Test
    void home_whenTheSessionIsNew_isUnknown() {
        assertNull(sessions.home("s"));
    }

    @Test
    void home_whenTheSessionMoved_isWhereItWentLast() {
        sessions.moved("s", R0);
        sessions.moved("s", R1);
        assertEquals(R1, sessions.home("s"));
    }

    @Test
    void moved_whenThereAreTooMany_forgetsTheOneThatWasNotHeardOfForLongest() {
        sessions.moved("a", R0);
        sessions.moved("b", R0);
        sessions.home("a");
        sessions.moved("c", R1);
        assertNull(sessions.home("b"));
        assertEquals(R0, sessions.home("a"));
        assertEquals(R1, sessions.home("c"));
    }

    @Test
    void moved_whenTheSessionIsKnown_forgetsNoOther() {
        sessions.moved("a", R0);
        sessions.moved("b", R0);
        sessions.moved("b", R1);
        assertNotNull(sessions.home("a"));
    }

    @Test
    void sessions_ofAPool_areBounded() {
        Sessions many = new Sessions();
        for (int i = 0; i <= Sessions.CAPACITY; i++) {
            many.moved("s" + i, R0);
        }
        assertNull(many.home("s0"));
        assertNotNull(many.home("s1"));
    }
}
