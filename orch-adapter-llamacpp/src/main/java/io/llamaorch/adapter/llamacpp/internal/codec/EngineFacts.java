package io.llamaorch.adapter.llamacpp.internal.codec;

import io.llamaorch.adapter.spi.WorkerProperties;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * What {@code GET /props} tells, and what it means for tasks.
 *
 * <p>Thread safety: immutable.
 *
 * @param properties the same in the SPI's terms
 * @param version the engine's version; empty if it does not tell
 * @param model the name under which the engine serves its model; empty if it does not tell
 * @param slots whether a look at the slots can prove anything
 */
public record EngineFacts(WorkerProperties properties, String version, String model, SlotSight slots) {

    private static final String SUFFIX = ".gguf";

    /**
     * Reads the answer to {@code GET /props}.
     *
     * @param body the body
     * @return the facts
     * @throws JacksonException if it is no JSON
     */
    public static EngineFacts read(byte[] body) {
        Draft draft = new Draft();
        Json.read(body, draft::value);
        WorkerProperties.Builder properties = WorkerProperties.builder()
                .slots(draft.slots)
                .contextLength(draft.contextLength)
                .modalities(draft.modalities)
                .features(draft.features);
        if (!draft.version.isEmpty()) {
            properties.engineVersion(draft.version);
        }
        List<String> names = modelNames(draft.alias, draft.path);
        if (!names.isEmpty()) {
            properties.modelNames(names);
        }
        return new EngineFacts(
                properties.build(),
                draft.version,
                names.isEmpty() ? "" : names.get(0),
                new SlotSight(draft.slotsShown, draft.sleeping, draft.markIsInert));
    }

    /**
     * Reads the names in the answer to {@code GET /v1/models}.
     *
     * @param body the body
     * @return each id and alias
     * @throws JacksonException if it is no JSON
     */
    public static List<String> readModelNames(byte[] body) {
        Set<String> names = new TreeSet<>();
        Json.read(body, (path, value) -> {
            if (path.equals("data[]/id") || path.equals("data[]/aliases[]")) {
                names.add(value.getValueAsString(""));
            }
        });
        names.remove("");
        return List.copyOf(names);
    }

    /**
     * Tells whether a task's model is the one that is served.
     *
     * @param model the name that the task gives
     * @return whether it is an alias, the id, or the file's name with or without its suffix
     */
    public boolean serves(String model) {
        return properties.modelNames().contains(model);
    }

    /** The alias, the path, and the file's name with and without its suffix; each once, the one to show first. */
    private static List<String> modelNames(@Nullable String alias, @Nullable String path) {
        List<String> names = new ArrayList<>();
        boolean ownAlias = alias != null && !alias.isEmpty() && !alias.equals(path);
        if (ownAlias && alias != null) {
            names.add(alias);
        }
        if (path != null && !path.isEmpty()) {
            String file = path.substring(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
            String stem = file.endsWith(SUFFIX) ? file.substring(0, file.length() - SUFFIX.length()) : file;
            List.of(stem, file, path).stream()
                    .filter(name -> !name.isEmpty() && !names.contains(name))
                    .forEach(names::add);
        }
        return names;
    }

    private static final class Draft {
        private String version = "";
        private @Nullable String alias;
        private @Nullable String path;
        private int slots = -1;
        private int contextLength = -1;
        private boolean slotsShown = true;
        private boolean sleeping;
        private boolean markIsInert;
        private final Set<String> modalities = new TreeSet<>();
        private final Set<String> features = new TreeSet<>();

        private void value(String where, JsonParser value) {
            switch (where) {
                case "build_info" -> version = value.getValueAsString("");
                case "model_alias" -> alias = value.getValueAsString("");
                case "model_path" -> path = value.getValueAsString("");
                case "total_slots" -> slots = Json.count(value, -1);
                case "default_generation_settings/n_ctx" -> contextLength = Json.count(value, -1);
                case "modalities/vision" -> add(modalities, "vision", value);
                case "modalities/audio" -> add(modalities, "audio", value);
                case "modalities/video" -> add(modalities, "video", value);
                case "endpoint_slots" -> {
                    slotsShown = value.currentToken() != JsonToken.VALUE_FALSE;
                    add(features, "slots", value);
                }
                case "is_sleeping" -> sleeping = value.getValueAsBoolean(false);
                case "default_generation_settings/params/" + SamplingFields.MARK_SWITCH,
                        "default_generation_settings/" + SamplingFields.MARK_SWITCH ->
                    markIsInert = value.currentToken().isNumeric() && value.getDoubleValue() == 0;
                case "endpoint_metrics" -> add(features, "metrics", value);
                case "endpoint_props" -> add(features, "props", value);
                default -> {}
            }
        }

        private static void add(Set<String> names, String name, JsonParser value) {
            if (value.getValueAsBoolean(false)) {
                names.add(name);
            }
        }
    }
}
