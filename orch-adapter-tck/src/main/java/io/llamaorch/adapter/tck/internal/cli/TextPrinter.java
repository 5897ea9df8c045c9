package io.llamaorch.adapter.tck.internal.cli;

import io.llamaorch.adapter.spi.Channel;
import io.llamaorch.adapter.spi.TokenEvent;

/**
 * Prints the answer as it comes, and nothing else but a line's end behind it if it lacks one; calls of tools are told where
 * errors are.
 */
final class TextPrinter implements EventPrinter {

    private final Terminal terminal;
    private boolean midLine;

    TextPrinter(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public void print(TokenEvent event) {
        if (event instanceof TokenEvent.Token token && token.channel() == Channel.TEXT) {
            terminal.print(token.text());
            midLine = !token.text().endsWith("\n");
        } else if (event instanceof TokenEvent.ToolCall call) {
            terminal.tell("the model calls " + call.name() + " with " + call.argumentsJson());
        } else if (event instanceof TokenEvent.Terminal && midLine) {
            terminal.println("");
            midLine = false;
        }
    }
}
