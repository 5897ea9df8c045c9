package io.llamaorch.adapter.tck.internal.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.llamaorch.adapter.spi.Channel;
import io.llamaorch.adapter.spi.EndDetails;
import io.llamaorch.adapter.spi.StartDetails;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.Timings;
import io.llamaorch.adapter.spi.TokenDetails;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.Usage;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Standard output is the text, and at most one line's end. */
class TextPrinterTest {

    private final Screen screen = new Screen();
    private final TextPrinter printer = new TextPrinter(screen.terminal("", Map.of()));

    private void token(Channel channel, String text) {
        printer.print(new TokenEvent.Token(0, text, channel, TokenDetails.NONE));
    }

    private void end() {
        printer.print(new TokenEvent.End(StopReason.LIMIT, Usage.UNKNOWN, Timings.UNKNOWN, EndDetails.NONE));
    }

    @Test
    void tokens_always_areOutAtOnce() {
        printer.print(new TokenEvent.Started("j", "mock", "m", StartDetails.NONE));
        token(Channel.TEXT, " Füchse");
        assertEquals(" Füchse", screen.out());
    }

    @Test
    void end_whenTheTextLacksALinesEnd_addsOne() {
        token(Channel.TEXT, "a\nb");
        end();
        assertEquals("a\nb\n", screen.out());
    }

    @Test
    void end_whenTheTextHasALinesEnd_addsNone() {
        token(Channel.TEXT, "a\n");
        end();
        assertEquals("a\n", screen.out());
    }

    @Test
    void end_whenThereIsNoText_printsNothing() {
        token(Channel.REASONING, "hm");
        end();
        assertEquals("", screen.out());
    }
}
