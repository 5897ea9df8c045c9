package io.llamaorch.adapter.llamacpp.internal.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.llamacpp.Allocation;
import io.llamaorch.adapter.llamacpp.internal.sse.EventTooLargeException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;

/** What is left out of an event, and what must not be (SEC-05). */
class PromptSkipperTest {

    private static final int NO_LIMIT = Integer.MAX_VALUE;

    /** Before and after. */
    private static final String[][] SKIPPED = {
        {"{\"prompt\":\"Once upon\"}", "{\"prompt\":\"\"}"},
        {"{\"prompt\":\"\",\"a\":1}", "{\"prompt\":\"\",\"a\":1}"},
        {"{\"a\":1,\"prompt\" \t\r\n: \n \"x\" ,\"b\":2}", "{\"a\":1,\"prompt\" \t\r\n: \n \"\" ,\"b\":2}"},
        {"{\"prompt\":\"say \\\"prompt\\\": \\\"x\\\"\"}", "{\"prompt\":\"\"}"},
        {"{\"prompt\":\"ends in \\\\\"}", "{\"prompt\":\"\"}"},
        {"{\"prompt\":\"\\\\\\\"\\u0022\",\"b\":\"\\\\\"}", "{\"prompt\":\"\",\"b\":\"\\\\\"}"},
        {"{\"prompt\":\"🦙 é\"}", "{\"prompt\":\"\"}"},
        {"{\"prompt\":[1,2,3],\"b\":[4]}", "{\"prompt\":[],\"b\":[4]}"},
        {"{\"prompt\":[\"]\",[\"\\\"]\",{\"prompt\":\"}\"}]],\"b\":2}", "{\"prompt\":[],\"b\":2}"},
        {"{\"prompt\":{\"prompt_string\":\"x}\",\"multimodal_data\":[\"AA==\"]}}", "{\"prompt\":{}}"},
        {"{\"prompt\":\"a\",\"prompt\":\"b\"}", "{\"prompt\":\"\",\"prompt\":\"\"}"},
        {"{\"g\":{\"prompt\":\"a\"},\"h\":[{\"prompt\":\"b\"}]}", "{\"g\":{\"prompt\":\"\"},\"h\":[{\"prompt\":\"\"}]}"
        },
        {"{\"a\":\"\\\\\",\"prompt\":\"x\"}", "{\"a\":\"\\\\\",\"prompt\":\"\"}"},
        {"{\"\":\"\",\"prompt\":\"x\"}", "{\"\":\"\",\"prompt\":\"\"}"},
        {"{\"prompt\":\"cut off", "{\"prompt\":\""},
        {"{\"prompt\":[1,[2]", "{\"prompt\":["},
    };

    private static String pass(byte[]... parts) {
        Gathered gathered = new Gathered();
        PromptSkipper skipper = new PromptSkipper(gathered, NO_LIMIT, NO_LIMIT);
        for (byte[] part : parts) {
            skipper.data(part, 0, part.length);
        }
        return gathered.text();
    }

    private static final class Gathered implements PromptSkipper.Rest {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private int parts;

        @Override
        public void data(byte[] part, int from, int to) {
            assertTrue(to > from, "an empty part");
            bytes.write(part, from, to - from);
            parts++;
        }

        private String text() {
            return bytes.toString(StandardCharsets.UTF_8);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Whole, byte by byte and in any two parts. */
    private static void assertPasses(String expected, String event) {
        byte[] bytes = bytes(event);
        assertEquals(expected, pass(bytes));
        byte[][] single = new byte[bytes.length][];
        Arrays.setAll(single, i -> new byte[] {bytes[i]});
        assertEquals(expected, pass(single), event);
        for (int at = 0; at <= bytes.length; at++) {
            assertEquals(
                    expected,
                    pass(Arrays.copyOf(bytes, at), Arrays.copyOfRange(bytes, at, bytes.length)),
                    event + " split at " + at);
        }
    }

    @Test
    void prompt_ofAnyKind_isLeftOut() {
        for (String[] pair : SKIPPED) {
            assertPasses(pair[1], pair[0]);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"content\":\"prompt\",\"b\":\"x\"}",
                "{\"content\":\"\\\"prompt\\\":\\\"x\\\"\"}",
                "{\"content\":\"\\\"prompt\",\"b\":\"x\"}",
                "{\"\\\"prompt\":\"a name that ends like it\"}",
                "{\"\\\\\\\"prompt\":\"another\"}",
                "{\"prompts\":\"x\",\"promp\":\"x\",\"a prompt\":\"x\",\" prompt\":\"x\",\"Prompt\":\"x\",\"pprompt\":\"x\"}",
                "{\"prompt\\\"\":\"x\"}",
                "{\"pr\\u006fmpt\":\"x\"}",
                "{\"prompt\":null,\"b\":\"x\"}",
                "{\"prompt\":17,\"b\":[\"x\"]}",
                "{\"prompt\":tru",
                "[\"prompt\",\"x\",[\"prompt\"],{\"a\":\"prompt\"}]",
                "{\"prompt_progress\":{\"total\":1},\"n_prompt_tokens\":5}",
                "\"prompt\"",
                "{\"prom",
                "{\"prompt\"",
                "{\"prompt\" :",
                ":::",
                ""
            })
    void event_withoutAPrompt_isPassedOnAsItCame(String event) {
        assertPasses(event, event);
    }

    @Test
    void event_withoutAPrompt_isPassedOnInOnePart() {
        Gathered gathered = new Gathered();
        byte[] event = bytes("{\"content\":\" the\",\"tokens\":[267],\"stop\":false,\"tokens_predicted\":1}");
        new PromptSkipper(gathered, NO_LIMIT, NO_LIMIT).data(event, 0, event.length);
        assertEquals(1, gathered.parts);
    }

    @Test
    void event_begins_whereverTheOneBeforeWasLeft() {
        for (String cut :
                new String[] {"{\"prompt\":\"x", "{\"prompt\":[\"", "{\"prompt\":", "{\"prom", "\\", "{\"a\":\"\\"}) {
            Gathered gathered = new Gathered();
            PromptSkipper skipper = new PromptSkipper(gathered, NO_LIMIT, NO_LIMIT);
            skipper.data(bytes(cut), 0, cut.length());
            skipper.begin();
            byte[] next = bytes("\"prompt\":\"x\",\"a\":\"y\"}");
            skipper.data(next, 0, next.length);
            assertTrue(gathered.text().endsWith("\"prompt\":\"\",\"a\":\"y\"}"), gathered.text());
        }
    }

    @Test
    void limits_areAnEventsOwn_andHoldToTheByte() {
        byte[] event = bytes("{\"prompt\":\"12345\"}"); // 13 bytes are read and 5 skipped
        PromptSkipper skipper = new PromptSkipper(new Gathered(), 13, 5);
        for (int i = 0; i < 100; i++) {
            skipper.data(event, 0, event.length);
            skipper.begin();
        }
        String read = String.valueOf(assertThrows(
                        EventTooLargeException.class,
                        () -> new PromptSkipper(new Gathered(), 12, 5).data(event, 0, event.length))
                .getMessage());
        assertTrue(read.contains("an event of more than 12 bytes"), read);
        String skipped = String.valueOf(assertThrows(
                        EventTooLargeException.class,
                        () -> new PromptSkipper(new Gathered(), 13, 4).data(event, 0, event.length))
                .getMessage());
        assertTrue(skipped.contains("a prompt of more than 4 bytes"), skipped);
    }

    /** What is gathered would hold all of it. */
    @Test
    void prompt_ofAnyLength_takesNoMemory() {
        byte[] part = bytes("x".repeat(16 * 1024));
        readPrompt(part, 100); // what is allocated once
        long few = readPrompt(part, 1);
        long many = readPrompt(part, 1000);
        assertTrue(many <= few + 1024, few + " bytes for 16 KiB, and " + many + " for 16 MiB");
    }

    private static long readPrompt(byte[] part, int times) {
        boolean[] ended = new boolean[1];
        CompletionEventReader reader = new CompletionEventReader(event -> ended[0] = event.stop());
        EventAssembler events = new EventAssembler(reader, 1 << 20, NO_LIMIT);
        byte[] head = bytes("{\"content\":\"\",\"prompt\":\"");
        byte[] tail = bytes("\",\"stop\":true}");
        long before = Allocation.ofThisThread();
        events.data(head, 0, head.length);
        events.keep();
        for (int i = 0; i < times; i++) {
            events.data(part, 0, part.length);
        }
        events.data(tail, 0, tail.length);
        events.event(false);
        long allocated = Allocation.ofThisThread() - before;
        assertTrue(ended[0], "the end marker behind it was read");
        return allocated;
    }

    /** Documents by chance, made of what could mislead; judged by a parser that understands all of JSON. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void document_ofAnyShape_losesItsPromptsOnly(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 2000; i++) {
            String document = value(random, 0);
            byte[] bytes = bytes(document);
            int at = random.nextInt(bytes.length + 1);
            int end = at + random.nextInt(bytes.length - at + 1);
            String passed = pass(
                    Arrays.copyOf(bytes, at),
                    Arrays.copyOfRange(bytes, at, end),
                    Arrays.copyOfRange(bytes, end, bytes.length));
            assertEquals(
                    withoutPrompts(document),
                    withoutPrompts(passed),
                    "seed " + seed + ": " + document + " became " + passed);
            assertFalse(passed.contains("SECRET"), passed);
        }
    }

    private static final String[] TEXTS = {
        "prompt",
        "\\\"prompt\\\":",
        "\\\"prompt\\\": \\\"",
        "\\\\",
        "\\\"",
        "",
        "a",
        "{",
        "]",
        ":",
        ",",
        "🦙",
        "\\u0022"
    };
    private static final String[] BLANKS = {"", "", "", " ", "\t", "\n", "  "};

    private static String value(Random random, int depth) {
        String blank = BLANKS[random.nextInt(BLANKS.length)];
        int kind = random.nextInt(depth > 3 ? 3 : 5);
        StringBuilder value = new StringBuilder(blank);
        switch (kind) {
            case 0 -> value.append(random.nextInt(100));
            case 1 -> value.append("null");
            case 2 -> value.append('"').append(text(random)).append('"');
            default -> {
                boolean object = kind == 3;
                value.append(object ? '{' : '[');
                for (int i = random.nextInt(4); i > 0; i--) {
                    if (object) {
                        boolean prompt = random.nextInt(3) == 0;
                        value.append('"')
                                .append(prompt ? "prompt" : text(random))
                                .append('"')
                                .append(blank)
                                .append(':');
                        value.append(prompt ? "\"SECRET" + text(random) + "\"" : value(random, depth + 1));
                    } else {
                        value.append(value(random, depth + 1));
                    }
                    value.append(i > 1 ? blank + "," : "");
                }
                value.append(object ? '}' : ']');
            }
        }
        return value.append(blank).toString();
    }

    private static String text(Random random) {
        return TEXTS[random.nextInt(TEXTS.length)] + TEXTS[random.nextInt(TEXTS.length)];
    }

    /** Every token but what is inside a prompt. */
    private static String withoutPrompts(String document) {
        StringBuilder tokens = new StringBuilder();
        try (JsonParser parser = Json.FACTORY.createParser(ObjectReadContext.empty(), document)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                boolean prompt = token != JsonToken.PROPERTY_NAME && "prompt".equals(parser.currentName());
                tokens.append(token).append('=');
                if (prompt && token.isStructStart()) {
                    parser.skipChildren();
                } else if (!prompt) {
                    tokens.append(parser.getString());
                }
                tokens.append('\n');
            }
        }
        return tokens.toString();
    }
}
