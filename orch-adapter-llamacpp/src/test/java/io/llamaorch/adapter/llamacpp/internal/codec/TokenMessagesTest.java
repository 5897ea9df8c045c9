package io.llamaorch.adapter.llamacpp.internal.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.llamaorch.adapter.llamacpp.Transcripts;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JacksonException;

/** What is said to and by {@code /tokenize}, {@code /detokenize} and {@code /apply-template} (contract 11). */
class TokenMessagesTest {

    private static byte[] bytes(String body) {
        return body.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] body) {
        return new String(body, StandardCharsets.UTF_8);
    }

    @Test
    void requests_areJson() {
        assertEquals("{\"content\":\"a\\\"\\n\",\"add_special\":false}", text(TokenMessages.tokenize("a\"\n", false)));
        assertEquals("{\"content\":\"\",\"add_special\":true}", text(TokenMessages.tokenize("", true)));
        assertEquals("{\"tokens\":[1,262000]}", text(TokenMessages.detokenize(List.of(1, 262_000))));
    }

    @Test
    void answers_recorded_areRead() {
        assertEquals(
                List.of(229, 153, 132, 119, 107, 104, 229, 153, 132, 111, 111, 100, 112, 100),
                TokenMessages.tokens(Transcripts.body("tokenize"), 100));
        assertEquals(" Once upon a small llama", TokenMessages.content(Transcripts.body("detokenize")));
        assertEquals(
                "<|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\n",
                TemplateMessages.prompt(Transcripts.body("apply-template")));
    }

    @Test
    void tokens_ofAnEmptyText_areNone() {
        assertEquals(List.of(), TokenMessages.tokens(bytes("{\"new\":{\"tokens\":[1]},\"tokens\":[]}"), 0));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "[1]",
                "{\"tokens\":1}",
                "{\"tokens\":null}",
                "{\"tokens\":[1.5]}",
                "{\"tokens\":[\"1\"]}",
                "{\"tokens\":[[1]]}",
                "{\"tokens\":[99999999999]}",
                "{\"tokens\":[1,2,3,4]}",
                "{\"tokens\":[1]",
                "{\"tokens\":[1]} {}",
            })
    void tokens_thatAreNone_orTooMany_areRefused(String body) {
        assertThrows(JacksonException.class, () -> TokenMessages.tokens(bytes(body), 3));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{}", "\"a\"", "{\"content\":1}", "{\"content\":null}", "{\"content\":[\"a\"]}"})
    void content_thatIsNoText_isRefused(String body) {
        assertThrows(JacksonException.class, () -> TokenMessages.content(bytes(body)));
    }
}
