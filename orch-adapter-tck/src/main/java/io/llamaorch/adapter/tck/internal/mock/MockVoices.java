package io.llamaorch.adapter.tck.internal.mock;

import io.llamaorch.adapter.spi.Channel;
import io.llamaorch.adapter.spi.TokenDetails;
import io.llamaorch.adapter.spi.TokenEmitter;

/**
 * Tells apart what an answer says with several voices, by the marks between them, each of which is a piece of its own. A
 * call's name is the first piece after its mark, and its arguments are the rest.
 *
 * <p>Thread safety: calls must be serial.
 */
final class MockVoices {
    static final String THOUGHT = "<think>";
    static final String THOUGHT_ENDS = "</think>";
    static final String CALL = "<tool_call>";
    static final String CALL_ENDS = "</tool_call>";

    private final TokenEmitter emitter;
    private final StringBuilder arguments = new StringBuilder();
    private Channel channel = Channel.TEXT;
    private boolean calling;
    private String name = "";
    private int calls;

    MockVoices(TokenEmitter emitter) {
        this.emitter = emitter;
    }

    /** Emits what the piece is, if it makes something whole; says whether more is wanted now. */
    boolean hear(String piece) {
        switch (piece) {
            case THOUGHT -> channel = Channel.REASONING;
            case THOUGHT_ENDS -> channel = Channel.TEXT;
            case CALL -> calling = true;
            case CALL_ENDS -> {
                boolean more = emitter.toolCall("call-" + calls++, name, arguments.toString());
                calling = false;
                name = "";
                arguments.setLength(0);
                return more;
            }
            default -> {
                if (!calling) {
                    return emitter.token(piece, channel, TokenDetails.NONE);
                }
                if (name.isEmpty()) {
                    name = piece;
                } else {
                    arguments.append(piece);
                }
            }
        }
        return true;
    }
}
