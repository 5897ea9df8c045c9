package io.llamaorch.adapter.tck.internal.mock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.TaskRequest;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the mock says, token by token. */
class MockTextTest {

    private static final String PROMPT = "Once upon a time";
    private static final int LENGTH = 12;

    private static MockText tell(String prompt, String... stops) {
        TaskRequest.Builder task = TaskRequest.builder(prompt).temperature(0);
        return MockText.tell(prompt, (stops.length == 0 ? task : task.stop(stops)).build(), LENGTH);
    }

    private static String whole(MockText text) {
        return String.join("", text.pieces());
    }

    @Test
    void stopString_atEveryPlace_endsTheTextBeforeItAndNoneOfItIsTold() {
        String text = whole(tell(PROMPT));
        for (int from = 1; from < text.length(); from++) {
            for (int to = from + 1; to <= Math.min(text.length(), from + 12); to++) {
                String stop = text.substring(from, to);
                MockText told = tell(PROMPT, "never told", stop);
                assertEquals(text.substring(0, text.indexOf(stop)), whole(told), stop);
                assertEquals(StopReason.STOP_STRING, told.reason(), stop);
                assertEquals(stop, told.stopString());
            }
        }
    }

    @Test
    void stopString_whenOnlyItsBeginningComes_isToldLater() {
        List<String> pieces = tell(PROMPT).pieces();
        String almost = pieces.get(2) + pieces.get(3) + "!";
        MockText told = tell(PROMPT, almost);
        assertEquals(whole(tell(PROMPT)), whole(told));
        assertEquals(StopReason.END_OF_TEXT, told.reason());
        assertEquals("", told.pieces().get(2), "the beginning of a stop string is held back");
        assertEquals(LENGTH, told.pieces().size(), "one for each token");
    }

    @Test
    void stopString_whenItsBeginningEndsTheText_isTold() {
        String text = whole(tell(PROMPT));
        assertEquals(text, whole(tell(PROMPT, text.substring(text.length() - 5) + "!")));
    }

    @Test
    void text_always_hasCharactersOfSeveralBytes() {
        String texts = whole(tell(PROMPT)) + whole(tell("x")) + whole(tell("y")) + whole(tell("z"));
        assertTrue(MockText.bytes(texts) > texts.length(), texts);
    }

    @Test
    void text_whenThePromptSpeaksOfEmoji_hasTokensWithoutText() {
        MockText text = tell("An EMOJI story");
        assertEquals(LENGTH, text.pieces().size());
        assertTrue(text.pieces().contains(""), text.toString());
        assertFalse(tell(PROMPT).pieces().contains(""));
    }
}
