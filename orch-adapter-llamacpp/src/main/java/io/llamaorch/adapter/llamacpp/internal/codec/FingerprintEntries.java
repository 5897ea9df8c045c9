package io.llamaorch.adapter.llamacpp.internal.codec;

import io.llamaorch.adapter.spi.TaskRequest;
import java.io.ByteArrayOutputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;

/**
 * What an answer depends on besides the prompt, by name (DET-03): what the server and its model are, each setting that was
 * sent, or what the server sets where nothing was, and what it did with its cache and slots. The names are documented in
 * {@code docs/determinism.md}; the settings have the server's own.
 *
 * <p>Thread safety: immutable.
 *
 * @param task the task as it was sent; its prompt is not looked at
 * @param exclusive whether the server serves this host only
 * @param server what {@code /props} told; empty maps if nothing
 * @param models what {@code /v1/models} told; empty if nothing
 */
public record FingerprintEntries(TaskRequest task, boolean exclusive, Server server, Map<String, String> models) {

    private static final String SEED = "seed";

    /** What the server takes for "draw one": it does not tell which it drew. */
    private static final String RANDOM = "4294967295";

    /**
     * What {@code /props} told.
     *
     * @param identity what engine and model are
     * @param defaults what is set where a request sets nothing
     * @param context how long a slot's context is, if it was told
     * @param slots how many slots there are, if it was told
     */
    public record Server(
            Map<String, String> identity, Map<String, String> defaults, OptionalInt context, OptionalInt slots) {

        /** Nothing was told. */
        public static final Server UNKNOWN = new Server(Map.of(), Map.of(), OptionalInt.empty(), OptionalInt.empty());

        /**
         * Takes what matters out of the facts.
         *
         * @param facts the facts
         * @return the same
         */
        public static Server of(EngineFacts facts) {
            return new Server(
                    facts.identity(),
                    facts.defaults(),
                    facts.properties().contextLength(),
                    facts.properties().slots());
        }
    }

    /**
     * Puts the entries together.
     *
     * @param slot the slot that it ran in; empty if that is not known yet
     * @param cached how many tokens of the prompt came from the cache; empty if that is not known yet
     * @return name to value
     */
    public Map<String, String> put(OptionalInt slot, OptionalInt cached) {
        Map<String, String> entries = new LinkedHashMap<>();
        entries.put("engine", "llamacpp");
        entries.putAll(server.identity());
        models.forEach(entries::putIfAbsent);
        entries.put("level", task.determinism().toString());
        entries.put("exclusive", "" + exclusive);
        Map<String, String> sent = sent();
        entries.put(SEED, drawn(sent.getOrDefault(SEED, server.defaults().getOrDefault(SEED, RANDOM))));
        task.maxTokens().ifPresent(most -> entries.put("n_predict", "" + most));
        sent.forEach((name, value) -> {
            if (Settings.matters(name)) {
                entries.putIfAbsent(name, value);
            }
        });
        server.defaults().forEach(entries::putIfAbsent);
        entries.putIfAbsent("cache_prompt", "left to the server");
        cached.ifPresent(tokens -> entries.put("cache.reused", "" + tokens));
        server.context().ifPresent(tokens -> entries.put("context", "" + tokens));
        server.slots().ifPresent(count -> entries.put("slots", "" + count));
        slot.ifPresent(number -> entries.put("slot", "" + number));
        return entries;
    }

    private static String drawn(String seed) {
        return seed.equals(RANDOM) || seed.equals("-1") ? "drawn by the server" : seed;
    }

    /** What was sent, but for the mark, which means nothing. */
    private Map<String, String> sent() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = Json.FACTORY.createGenerator(ObjectWriteContext.empty(), bytes)) {
            json.writeStartObject();
            SamplingFields.write(json, task, Placement.of(task, OptionalInt.empty()));
            json.writeEndObject();
        }
        return Settings.of(bytes.toByteArray());
    }
}
