package io.llamaorch.adapter.tck.internal.engine;

import io.llamaorch.adapter.tck.HeadFault;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import org.jspecify.annotations.Nullable;

/** The faults that change a head's bytes. */
final class HeadTwists {

    private static final String FILLER = "x".repeat(1000);

    private HeadTwists() {}

    /** What to make of the head's bytes; empty if the head itself is the fault, or there is none. */
    static Optional<Twist> of(HeadFault fault) {
        if (fault instanceof HeadFault.CutInHead cut) {
            return Optional.of(new Twist() {
                @Override
                void head(WatchedConnection out, String text) throws IOException {
                    send(out, text.substring(0, Math.min(Math.max(0, cut.bytes()), text.length())));
                    out.close();
                    throw over();
                }
            });
        }
        if (fault instanceof HeadFault.DripHead drip) {
            return Optional.of(new Twist() {
                @Override
                void head(WatchedConnection out, String text) throws IOException {
                    for (int i = 0; i < text.length(); i++) {
                        send(out, text.substring(i, i + 1));
                        if (out.awaitGone(drip.every().toNanos())) {
                            throw over();
                        }
                    }
                }
            });
        }
        if (fault instanceof HeadFault.EndlessHead) {
            return Optional.of(new Twist() {
                @Override
                void head(WatchedConnection out, String text) throws IOException {
                    send(out, firstLine(text));
                    sendForEver(out, "X-Filler: " + FILLER + "\r\n");
                }
            });
        }
        if (fault instanceof HeadFault.EndlessHeaderLine) {
            return Optional.of(new Twist() {
                @Override
                void head(WatchedConnection out, String text) throws IOException {
                    send(out, firstLine(text) + "X-Filler: ");
                    sendForEver(out, FILLER);
                }
            });
        }
        return Optional.ofNullable(rewriting(fault));
    }

    private static @Nullable Twist rewriting(HeadFault fault) {
        if (fault instanceof HeadFault.StatusLine line) {
            return new Rewritten(head -> asBytes(line.line()) + "\r\n"
                    + head.substring(firstLine(head).length()));
        }
        if (fault instanceof HeadFault.HeaderLine line) {
            return new Rewritten(head -> withLine(head, asBytes(line.line())));
        }
        if (fault instanceof HeadFault.BothLengths) {
            return new Rewritten(head -> withLine(head, "Content-Length: 5"));
        }
        if (fault instanceof HeadFault.TwoLengths) {
            return new Rewritten(head -> withLine(head, "Content-Length: 999"));
        }
        if (fault instanceof HeadFault.NegativeLength) {
            return new Rewritten(head -> head.replaceFirst("(?i)Content-Length: \\d+", "Content-Length: -5"));
        }
        if (fault instanceof HeadFault.WrongContentType wrong) {
            return new Rewritten(head -> head.replaceFirst(
                    "(?im)^Content-Type: .*\r\n",
                    wrong.contentType().isEmpty()
                            ? ""
                            : Matcher.quoteReplacement("Content-Type: " + asBytes(wrong.contentType()) + "\r\n")));
        }
        return null;
    }

    private static String firstLine(String head) {
        return head.substring(0, head.indexOf('\n') + 1);
    }

    private static String withLine(String head, String line) {
        return firstLine(head) + line + "\r\n" + head.substring(firstLine(head).length());
    }

    /** A head is handled as characters of one byte each; what is put into it must be such characters too. */
    private static String asBytes(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    private static final class Rewritten extends Twist {
        private final UnaryOperator<String> rewriting;

        Rewritten(UnaryOperator<String> rewriting) {
            this.rewriting = rewriting;
        }

        @Override
        void head(WatchedConnection out, String text) throws IOException {
            send(out, rewriting.apply(text));
        }
    }
}
