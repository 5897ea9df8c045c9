package io.llamaorch.adapter.llamacpp.internal.codec;

import io.llamaorch.adapter.spi.WorkerProperties;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
 * @param defaults what a request leaves out is set to, by the engine's names, in its order
 * @param identity by what engine and model are known again (DET-03), in the fingerprint's names
 */
public record EngineFacts(
        WorkerProperties properties,
        String version,
        String model,
        SlotSight slots,
        Map<String, String> defaults,
        Map<String, String> identity) {

    private static final String SUFFIX = ".gguf";
    private static final String DEFAULTS = "default_generation_settings/";
    private static final int MOST_DEFAULTS = 200;

    /** A list that is longer is cut: whatever an engine sends, its settings take no more than some kilobytes. */
    private static final int LONGEST_DEFAULT = 500;

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
                new SlotSight(draft.slotsShown, draft.sleeping, draft.markIsInert),
                Collections.unmodifiableMap(draft.defaults),
                identity(draft, names));
    }

    private static Map<String, String> identity(Draft draft, List<String> names) {
        Map<String, String> identity = new LinkedHashMap<>();
        put(identity, "engine.version", draft.version);
        put(identity, "model", names.isEmpty() ? "" : names.get(0));
        put(identity, "model.file", file(draft.path == null ? "" : draft.path));
        put(identity, "model.ftype", draft.ftype);
        return Collections.unmodifiableMap(identity);
    }

    private static void put(Map<String, String> entries, String name, String value) {
        if (!value.isEmpty()) {
            entries.put(name, value);
        }
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
            String file = file(path);
            String stem = file.endsWith(SUFFIX) ? file.substring(0, file.length() - SUFFIX.length()) : file;
            List.of(stem, file, path).stream()
                    .filter(name -> !name.isEmpty() && !names.contains(name))
                    .forEach(names::add);
        }
        return names;
    }

    private static String file(String path) {
        return path.substring(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
    }

    private static final class Draft {
        private String version = "";
        private @Nullable String alias;
        private @Nullable String path;
        private String ftype = "";
        private final Map<String, String> defaults = new LinkedHashMap<>();
        private int slots = -1;
        private int contextLength = -1;
        private boolean slotsShown = true;
        private boolean sleeping;
        private boolean markIsInert;
        private final Set<String> modalities = new TreeSet<>();
        private final Set<String> features = new TreeSet<>();

        private void value(String where, JsonParser value) {
            if (where.startsWith(DEFAULTS)) {
                setting(where.substring(DEFAULTS.length()), value);
            }
            switch (where) {
                case "build_info" -> version = value.getValueAsString("");
                case "model_alias" -> alias = value.getValueAsString("");
                case "model_path" -> path = value.getValueAsString("");
                case "model_ftype" -> ftype = value.getValueAsString("");
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

        /** Servers of 2024 have the settings there, later ones a level deeper; a list has each of its elements told. */
        private void setting(String where, JsonParser value) {
            String element = where.startsWith("params/") ? where.substring("params/".length()) : where;
            String name = element.endsWith("[]") ? element.substring(0, element.length() - 2) : element;
            if (!name.contains("/") && Settings.matters(name) && defaults.size() < MOST_DEFAULTS) {
                defaults.merge(
                        name,
                        cut(Settings.text(value)),
                        (before, next) -> before.length() > LONGEST_DEFAULT ? before : before + ";" + next);
            }
        }

        private static String cut(String told) {
            return told.length() > LONGEST_DEFAULT ? told.substring(0, LONGEST_DEFAULT) : told;
        }

        private static void add(Set<String> names, String name, JsonParser value) {
            if (value.getValueAsBoolean(false)) {
                names.add(name);
            }
        }
    }
}
