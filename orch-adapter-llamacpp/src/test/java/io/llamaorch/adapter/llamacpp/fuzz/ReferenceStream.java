package io.llamaorch.adapter.llamacpp.fuzz;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a stream means, told by the shortest way: all of it at once, line by line as the standard of server-sent events
 * says, each event as one text. It shares nothing with what it judges but the JSON library, of which it uses another
 * parser.
 *
 * @param events what each event says, up to the first that is an end or an error
 * @param failed whether nonsense came before such an event
 * @param ended whether the end marker came
 * @param pending whether data of an event is left at the end, which is not whole
 */
public record ReferenceStream(List<ReferenceEvent> events, boolean failed, boolean ended, boolean pending) {

    /** Reads a whole stream. */
    public static ReferenceStream of(byte[] input) {
        String text = new String(input, StandardCharsets.ISO_8859_1);
        if (text.startsWith("\u00ef\u00bb\u00bf")) {
            text = text.substring(3);
        } else if ("\u00ef\u00bb\u00bf".startsWith(text)) {
            text = "";
        }
        List<ReferenceEvent> events = new ArrayList<>();
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        boolean hasData = false;
        boolean error = false;
        int from = 0;
        for (int at = 0; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == '\n' && at > 0 && text.charAt(at - 1) == '\r') {
                from = at + 1;
                continue;
            }
            if (c != '\n' && c != '\r') {
                continue;
            }
            String line = text.substring(from, at);
            from = at + 1;
            if (line.isEmpty()) {
                if (hasData) {
                    Optional<ReferenceEvent> event;
                    try {
                        String json = decoded(data.toByteArray());
                        event = ReferenceEvent.read(json, error);
                    } catch (CharacterCodingException | RuntimeException e) {
                        return new ReferenceStream(events, true, false, false);
                    }
                    event.ifPresent(events::add);
                    if (event.isPresent() && event.get().isLast()) {
                        return new ReferenceStream(events, false, event.get().error() == null, false);
                    }
                }
                data.reset();
                hasData = false;
            } else if (isField(line, "data") || isField(line, "error")) {
                if (hasData) {
                    data.write('\n');
                }
                hasData = true;
                error = isField(line, "error");
                int colon = line.indexOf(':');
                String value = colon < 0 ? "" : line.substring(colon + 1);
                data.writeBytes(
                        (value.startsWith(" ") ? value.substring(1) : value).getBytes(StandardCharsets.ISO_8859_1));
            }
        }
        return new ReferenceStream(
                events, false, false, hasData || text.startsWith("data:", from) || text.startsWith("error:", from));
    }

    /** All text up to the end. */
    public String text() {
        StringBuilder text = new StringBuilder();
        events.stream().filter(event -> event.error() == null).forEach(event -> text.append(event.content()));
        return text.toString();
    }

    private static boolean isField(String line, String name) {
        return line.equals(name) || line.startsWith(name + ":");
    }

    private static String decoded(byte[] data) throws CharacterCodingException {
        return StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(withoutPrompts(data)))
                .toString();
    }

    /** Leaves out what is inside the value of a member "prompt", whatever stands there. */
    static byte[] withoutPrompts(byte[] data) {
        String json = new String(data, StandardCharsets.ISO_8859_1);
        StringBuilder rest = new StringBuilder();
        int at = 0;
        while (at < json.length()) {
            if (json.charAt(at) != '"') {
                rest.append(json.charAt(at++));
                continue;
            }
            int end = Math.min(json.length(), closingQuote(json, at) + 1);
            boolean prompt = json.substring(at, end).equals("\"prompt\"");
            rest.append(json, at, end);
            at = end;
            int colon = afterBlanks(json, end);
            int value = afterBlanks(json, colon + 1);
            if (prompt && colon < json.length() && json.charAt(colon) == ':' && value < json.length()) {
                char first = json.charAt(value);
                if ("\"[{".indexOf(first) >= 0) {
                    int last = first == '"' ? closingQuote(json, value) : closingBracket(json, value);
                    rest.append(json, end, value + 1);
                    rest.append(json, last, Math.min(json.length(), last + 1));
                    at = last + 1;
                }
            }
        }
        return rest.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Where the string that begins here ends; if it does not, the end of all. */
    private static int closingQuote(String json, int from) {
        int at = from + 1;
        while (at < json.length() && json.charAt(at) != '"') {
            at += json.charAt(at) == '\\' ? 2 : 1;
        }
        return Math.min(json.length(), at);
    }

    /** Where what begins here ends; if it does not, the end of all. */
    private static int closingBracket(String json, int from) {
        int depth = 0;
        for (int at = from; at < json.length(); at++) {
            char c = json.charAt(at);
            if (c == '"') {
                at = closingQuote(json, at);
            } else if (c == '[' || c == '{') {
                depth++;
            } else if ((c == ']' || c == '}') && --depth == 0) {
                return at;
            }
        }
        return json.length();
    }

    private static int afterBlanks(String json, int from) {
        int at = from;
        while (at < json.length() && " \t\r\n".indexOf(json.charAt(at)) >= 0) {
            at++;
        }
        return at;
    }
}
