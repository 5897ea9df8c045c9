package io.llamaorch.adapter.tck.internal.engine;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * {@code /tokenize} and {@code /detokenize}, which every age of the server answers alike.
 *
 * <p>Thread safety: immutable.
 */
final class Tokenization {
    private final Vocabulary vocabulary;

    Tokenization(Vocabulary vocabulary) {
        this.vocabulary = vocabulary;
    }

    Reply tokenize(Fields request) {
        // The server is strict about the content, and forgives the options whatever they are.
        Fields in = request.forgiving();
        List<Integer> tokens = vocabulary.encode(request.unnamed().text("content", ""), in.flag("parse_special", true));
        if (in.flag("add_special", false)) {
            tokens.add(0, Vocabulary.BEGIN);
        }
        Object shown =
                in.flag("with_pieces", false) ? tokens.stream().map(this::piece).toList() : tokens;
        return Reply.json(200, Json.object("tokens", shown));
    }

    /** A token with its text; with its bytes if they are no text of their own. */
    private Map<String, Object> piece(int token) {
        byte[] bytes = vocabulary.shown(token);
        Object shown;
        try {
            shown = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            shown = unsigned(bytes);
        }
        return Json.object("id", token, "piece", shown);
    }

    static List<Integer> unsigned(byte[] bytes) {
        List<Integer> unsigned = new ArrayList<>();
        for (byte b : bytes) {
            unsigned.add(b & 0xff);
        }
        return unsigned;
    }

    Reply detokenize(Fields request) {
        List<Integer> tokens = request.unnamed().array("tokens").stream()
                .map(token -> {
                    if (!(token instanceof Long id) || !vocabulary.contains(id)) {
                        throw new EngineError(
                                500,
                                "vector::_M_range_check: __n (which is " + token + ") >= this->size() (which is "
                                        + vocabulary.size() + ")",
                                "server_error");
                    }
                    return id.intValue();
                })
                .toList();
        return Reply.json(200, Json.object("content", vocabulary.text(tokens, false)));
    }
}
