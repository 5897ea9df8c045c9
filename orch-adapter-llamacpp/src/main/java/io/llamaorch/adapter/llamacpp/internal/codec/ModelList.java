package io.llamaorch.adapter.llamacpp.internal.codec;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.core.JacksonException;

/**
 * What {@code GET /v1/models} tells.
 *
 * <p>Thread safety: immutable.
 *
 * @param names each id and alias
 * @param identity by what the model is known again (DET-03), in the fingerprint's names; empty if there are several
 */
public record ModelList(List<String> names, Map<String, String> identity) {

    private static final String META = "data[]/meta/";

    /** What the engine calls it, and the fingerprint does. */
    private static final Map<String, String> TOLD = Map.of(
            META + "ftype",
            "model.ftype",
            META + "n_params",
            "model.parameters",
            META + "size",
            "model.bytes",
            META + "n_vocab",
            "model.vocabulary",
            META + "vocab_type",
            "model.vocabulary_type",
            META + "n_embd",
            "model.embedding",
            META + "n_ctx_train",
            "model.context",
            "models[]/digest",
            "model.digest");

    /**
     * Reads the answer.
     *
     * @param body the body
     * @return the list
     * @throws JacksonException if it is no JSON
     */
    public static ModelList read(byte[] body) {
        Set<String> names = new TreeSet<>();
        Map<String, String> identity = new LinkedHashMap<>();
        int[] models = {0};
        Json.read(body, (path, value) -> {
            if (path.equals("data[]/id")) {
                models[0]++;
            }
            if (path.equals("data[]/id") || path.equals("data[]/aliases[]")) {
                names.add(value.getValueAsString(""));
            }
            String name = TOLD.get(path);
            String told = name == null ? "" : Settings.text(value);
            if (name != null && !told.isEmpty()) {
                identity.put(name, told);
            }
        });
        names.remove("");
        return new ModelList(List.copyOf(names), models[0] == 1 ? Map.copyOf(identity) : Map.of());
    }
}
