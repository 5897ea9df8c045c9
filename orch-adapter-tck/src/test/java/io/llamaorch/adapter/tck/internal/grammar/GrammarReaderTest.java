package io.llamaorch.adapter.tck.internal.grammar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each of these was put to llama-server 0.7.0, which takes and refuses the same. */
class GrammarReaderTest {

    private static String first(String grammar) {
        return Derivation.of(Grammar.read(grammar), bound -> 0, 100).text();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "root ::= \"a\" | \"b\"~a",
                "root::=\"a\"|\"b\"~a",
                "  root ::= \"a\" # this is\\n#more\\n~a",
                "root ::=\\n\\n \"a\"~a",
                "root ::= \"a\" |\\n \"b\"~a",
                "root ::= (\\n\"a\"\\n\"b\"\\n)~ab",
                "root ::= \"a\" \"\" \"b\"~ab",
                "root ::= [] \"a\" [^] ()~a",
                "root ::= \"a\"{2}~aa",
                "root ::= \"a\"{ 2 , 3 }~aa",
                "root ::= \"ab\"+~ab",
                "root ::= (\"a\"|\"b\"){3}~aaa",
                "root ::= \"a\"{0,0} \"b\"{0} \"c\"~c",
                "root ::= \"a\"{1,99999}~a",
                "root ::= .{3}~aaa",
                "root ::= [b-d]~b",
                "root ::= [^a-y]~z",
                "root ::= [a-]{2}~aa",
                "root ::= [-]~-",
                "root ::= [\\\\x41-\\\\x43\\\\]]~A",
                "root ::= [\"] [[] [\\\\-]~\"[-",
                "root ::= \"\\\\x41\\\\u0042\\\\U00000043\\\\t\\\\\\\\\\\\\"\\\\[\\\\]\"~ABC\t\\\"[]",
                "root ::= \"é\" [é]~éé",
                "root ::= 1a a-B\\n1a ::= \"x\"\\na-B ::= \"y\"~xy",
                "root ::= \"a\"\\nroot ::= \"b\"~b",
                "root ::= \"a\" root | \"b\"~aaaaaaaab",
                "root ::= a root | \"b\"\\na ::= \"x\"?~b",
                "root ::= \"a\"\\r\\nb ::= \"c\"~a",
            })
    void grammar_thatIsOne_isRead(String grammar, String sentence) {
        assertEquals(
                sentence,
                first(grammar.replace("\\\\", "\0")
                        .replace("\\n", "\n")
                        .replace("\\r", "\r")
                        .replace('\0', '\\')));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "what",
                "a ::= \"x\"",
                "ROOT ::= \"a\"",
                "root = \"a\"",
                "root\n::= \"a\"",
                "root ::= other",
                "root ::= \"x\"\na ::= b",
                "root ::= \"a",
                "root ::= [a-z",
                "root ::= [a-",
                "root ::= (\"a\"",
                "root ::= \"a\" )",
                "root ::= 'a'",
                "root ::= a_b",
                "root ::= é",
                "root ::= \"a\";",
                "root ::= \"\\q\"",
                "root ::= \"\\x4\"",
                "root ::= \"\\",
                "root ::= *",
                "root ::= \"\"*",
                "root ::= \"a\" **",
                "root ::= \"a\"?*",
                "root ::= (\"a\" | )*",
                "root ::= \"a\"{0}?",
                "root ::= \"a\"{,3}",
                "root ::= \"a\"{-1}",
                "root ::= \"a\"{5",
                "root ::= \"a\"{2,x}",
                "root ::= \"a\"{3000}",
                "root ::= \"a\"{99999999999999999999}",
                "root ::= \"a\"{100}{100}",
                "root ::= \"a\" ::= \"b\"",
                "root ::= \"a\"\n | \"b\"",
                "root ::= \"a\"\n\"b\"",
                "b ::= \"x\" root ::= \"a\"",
                "root ::= root \"a\" | \"b\"",
                "root ::= (\"a\")* root | \"b\"",
                "root ::= x\nx ::= \"b\" | x \"c\"",
                "root ::= \"x\"\na ::= b\nb ::= a",
                "root ::= a root | \"b\"\na ::= \"x\" |",
            })
    void text_thatIsNoGrammar_isRefused(String text) {
        assertThrows(IllegalArgumentException.class, () -> Grammar.read(text));
    }

    /** The server did not survive this one. */
    @Test
    void repetition_whoseMostIsBelowItsLeast_isRefused() {
        assertThrows(IllegalArgumentException.class, () -> Grammar.read("root ::= \"a\"{3,2}"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"root ::= <s>", "root ::= !<[5]>", "root ::= [z-a]", "root ::= \"\\uD800\"", "root ::= \"\\x00\""
            })
    void grammar_thatIsTooMuch_isRefusedAsThat(String text) {
        assertThrows(UnsupportedOperationException.class, () -> Grammar.read(text));
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 100_000})
    void groups_howeverDeep_overflowNoStack(int depth) {
        String text = "root ::= " + "(".repeat(depth) + "\"a\"" + ")".repeat(depth);
        if (depth == 200) {
            assertEquals("a", first(text));
        } else {
            assertThrows(UnsupportedOperationException.class, () -> Grammar.read(text));
        }
    }

    @Test
    void rules_howeverMany_overflowNoStack() {
        StringBuilder text = new StringBuilder("root ::= r1\n");
        for (int i = 1; i < 50_000; i++) {
            text.append("r").append(i).append(" ::= r").append(i + 1).append("\n");
        }
        assertThrows(UnsupportedOperationException.class, () -> Grammar.read(text + "r50000 ::= \"a\""));
    }
}
