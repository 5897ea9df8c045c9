package io.llamaorch.adapter.registry.internal.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

/** OBS-05: one who hears too slowly costs memory of a bounded size, and is told of. */
@ResourceLock(value = Resources.SYSTEM_ERR, mode = ResourceAccessMode.READ_WRITE)
class AudienceTest {

    private final Queue<Runnable> executor = new ArrayDeque<>();
    private final List<Integer> heard = new ArrayList<>();
    private final Audience audience = new Audience("the slow one", executor::add);

    private void tellOf(int number) {
        audience.addUnlessMuchWaits("news", () -> heard.add(number));
        audience.tell();
    }

    /** {@return what is logged of it meanwhile; others may still log what they did before} */
    private String catchUp() {
        PrintStream before = System.err;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        System.setErr(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        try {
            while (!executor.isEmpty()) {
                executor.remove().run();
            }
        } finally {
            System.setErr(before);
        }
        return bytes.toString(StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.contains("the slow one"))
                .collect(Collectors.joining("\n"));
    }

    @Test
    void audience_whenVeryMuchWaits_missesTheRestAndThatIsLogged() {
        for (int i = 0; i < Audience.PATIENCE + 7; i++) {
            tellOf(i);
        }
        String log = catchUp();
        assertEquals(Audience.PATIENCE, heard.size());
        assertEquals(Audience.PATIENCE - 1, heard.get(heard.size() - 1));
        assertTrue(log.contains("the slow one is too slow for what happens: 7 reports of tasks were left out"), log);
        assertEquals(1, log.lines().count(), log);
    }

    @Test
    void audience_onceItHasCaughtUp_hearsEverythingAgain() {
        for (int i = 0; i < Audience.PATIENCE + 7; i++) {
            tellOf(i);
        }
        catchUp();
        heard.clear();
        tellOf(1);
        assertEquals("", catchUp());
        assertEquals(List.of(1), heard);
    }

    @Test
    void audience_howeverMuchWaits_hearsOfWhatMustBeTold() {
        for (int i = 0; i < Audience.PATIENCE; i++) {
            tellOf(i);
        }
        audience.add("a move", () -> heard.add(-1));
        audience.tell();
        assertEquals("", catchUp());
        assertEquals(-1, heard.get(heard.size() - 1));
    }

    @Test
    void audience_whileItIsBeingTold_isNotToldTwiceAtOnce() {
        audience.add("first", () -> {
            tellOf(2);
            heard.add(1);
        });
        audience.tell();
        assertEquals(1, executor.size());
        catchUp();
        assertEquals(List.of(1, 2), heard);
    }

    @Test
    void audience_whenItThrows_hearsTheNextAndThatIsLogged() {
        audience.add("bad news", () -> {
            throw new IllegalStateException("boom");
        });
        tellOf(1);
        String log = catchUp();
        assertTrue(log.contains("the slow one threw at 'bad news': this is its fault"), log);
        assertEquals(List.of(1), heard);
    }
}
