package io.llamaorch.adapter.tck.internal.engine;

import io.llamaorch.adapter.tck.Fault;
import io.llamaorch.adapter.tck.StreamFault;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a fault makes of the events of a stream. It works on the bytes that the dialect made, so that it is the same for
 * all dialects; bytes are taken as characters of one byte each.
 */
final class Alteration {

    private static final Pattern TEXT = Pattern.compile("\"(content|text)\":\"((?:[^\"\\\\]|\\\\.)*)\"");
    private static final Pattern PROMPT = Pattern.compile(",\"prompt\":\"(?:[^\"\\\\]++|\\\\.)*+\"");
    private static final Pattern COUNT = Pattern.compile("\"tokens_predicted\":(\\d+)");
    private static final Pattern NUMBER = Pattern.compile("\"\\w+\":(-?\\d+)");
    private static final String BYTE_ORDER_MARK = "\u00ef\u00bb\u00bf";

    private final Optional<Fault> fault;
    private final int at;
    private final StringBuilder withheld = new StringBuilder();
    private int index;

    Alteration(Optional<Fault> fault) {
        this.fault = fault;
        this.at = fault.map(Fault::tokens).orElse(0);
    }

    /** The events in place of that of a token. */
    List<byte[]> ofToken(byte[] event) {
        if (fault.isEmpty()) {
            return List.of(event);
        }
        List<byte[]> events = new ArrayList<>();
        String text = string(event);
        if (fault.get() instanceof StreamFault.NullEvents nulls && index == at) {
            for (int i = 0; i < nulls.count(); i++) {
                events.add(bytes("data: null\n\n"));
            }
        }
        if (fault.get() instanceof StreamFault.EmptyEvents empty && index >= at) {
            text = index < at + empty.count() ? emptied(text) : filled(text);
        } else if (index == at) {
            text = nonsense(text, fault.get());
        }
        events.add(bytes(withNews(text)));
        index++;
        return events;
    }

    /** The events in place of the last one. */
    List<byte[]> ofLast(byte[] event, byte[] lastToken) {
        if (fault.isEmpty()) {
            return List.of(event);
        }
        String text = string(event);
        if (fault.get() instanceof StreamFault.RepeatedPrompt repeated) {
            text = withPrompt(text, "\"prompt\":\"" + "a".repeat(Math.max(0, repeated.bytes())) + "\"");
        }
        List<byte[]> events = new ArrayList<>();
        String spoiled = nonsense(string(lastToken), fault.get());
        boolean due = at >= index && !fault.get().reading().mayBeWell();
        if (due && !spoiled.equals(string(lastToken))) {
            // The text was shorter than the fault had waited for.
            events.add(bytes(spoiled));
        }
        if (!withheld.isEmpty()) {
            events.add(bytes(filled(blank(string(lastToken)))));
        }
        events.add(bytes(withNews(text)));
        return events;
    }

    /** What comes after all that belongs into the stream. */
    List<byte[]> afterTheEnd(byte[] lastToken) {
        return fault.isPresent() && fault.get() instanceof StreamFault.MoreAfterEnd more
                ? Collections.nCopies(Math.max(0, more.events()), lastToken)
                : List.of();
    }

    /** The event in place of one that tells of the prompt. */
    byte[] ofProgress(byte[] event) {
        return bytes(withNews(string(event)));
    }

    /**
     * What becomes of the lines of anything that is sent.
     *
     * @param first whether nothing was sent before
     */
    byte[] ofLines(byte[] lines, boolean first) {
        if (first && fault.isPresent() && fault.get() instanceof StreamFault.ByteOrderMark) {
            return bytes(BYTE_ORDER_MARK + string(lines));
        }
        return fault.isPresent() && fault.get() instanceof StreamFault.CarriageReturns
                ? bytes(string(lines).replace("\n", "\r\n"))
                : lines;
    }

    private String withNews(String event) {
        return fault.isPresent() && fault.get() instanceof StreamFault.UnknownFields
                ? withMember(event, "\"x_new\":{\"a\":[1,{\"b\":null}],\"content\":\"}\",\"stop\":true}")
                : event;
    }

    private static String nonsense(String event, Fault fault) {
        if (fault instanceof StreamFault.Nonsense nonsense) {
            return string(("data: " + nonsense.data() + "\n\n").getBytes(StandardCharsets.UTF_8));
        }
        if (fault instanceof StreamFault.InvalidUtf8) {
            return inText(event, "\u00c3(\u00ff");
        }
        if (fault instanceof StreamFault.NulBytes) {
            return inText(event, "\u0000\u0000");
        }
        if (fault instanceof StreamFault.DeepJson deep) {
            Matcher text = TEXT.matcher(event);
            String nested = "[".repeat(Math.max(1, deep.depth())) + "]".repeat(Math.max(1, deep.depth()));
            return text.find()
                    ? event.substring(0, text.start(2) - 1) + nested + event.substring(text.end(2) + 1)
                    : event;
        }
        if (fault instanceof StreamFault.LongNumber number) {
            // The count of tokens where the dialect tells one, else its first number.
            Matcher count = (COUNT.matcher(event).find() ? COUNT : NUMBER).matcher(event);
            return count.find()
                    ? event.substring(0, count.start(1))
                            + "1".repeat(Math.max(1, number.digits()))
                            + event.substring(count.end(1))
                    : event;
        }
        if (fault instanceof StreamFault.DuplicateKeys) {
            Matcher text = TEXT.matcher(event);
            return text.find()
                    ? event.substring(0, text.start()) + "\"" + text.group(1) + "\":\"wrong\","
                            + event.substring(text.start())
                    : event;
        }
        return event;
    }

    private String emptied(String event) {
        Matcher text = TEXT.matcher(event);
        if (!text.find()) {
            return event;
        }
        withheld.append(text.group(2));
        return blank(event);
    }

    private static String blank(String event) {
        Matcher text = TEXT.matcher(event);
        return text.find() ? event.substring(0, text.start(2)) + event.substring(text.end(2)) : event;
    }

    private String filled(String event) {
        String full = inText(event, withheld.toString());
        withheld.setLength(0);
        return full;
    }

    private static String inText(String event, String more) {
        Matcher text = TEXT.matcher(event);
        return text.find() ? event.substring(0, text.start(2)) + more + event.substring(text.start(2)) : event;
    }

    /** With that prompt and without the right one, which may be there too. */
    private static String withPrompt(String event, String member) {
        return withMember(PROMPT.matcher(event).replaceFirst(""), member);
    }

    private static String withMember(String event, String member) {
        int end = event.lastIndexOf('}');
        return end < 0 ? event : event.substring(0, end) + "," + member + event.substring(end);
    }

    private static String string(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
