package io.llamaorch.adapter.registry.internal.source;

import io.llamaorch.adapter.registry.ReplicaSpec;
import io.llamaorch.adapter.registry.internal.NearMiss;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.exc.UnexpectedEndOfInputException;
import tools.jackson.core.json.JsonFactory;

/**
 * One reading of a JSON document that describes replicas: {@code docs/replicas.schema.json} has its shape. Goes on
 * after each fault but one of syntax, so that all are told at once. Of the values in it only a pool's name is ever shown,
 * for others may be secrets (SEC-01).
 *
 * <p>Thread safety: calls must be serial.
 */
final class ReplicaDocument {

    /** The fields of the whole document. */
    static final List<String> FIELDS = List.of("$schema", "replicas");

    /** What is understood is nested four levels deep, and what is not is only skipped. */
    private static final int MOST_NESTED = 32;

    private static final int LONGEST_NAME = 200;
    private static final int LONGEST_NUMBER = 100;

    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MOST_NESTED)
                    .maxNameLength(LONGEST_NAME)
                    .maxNumberLength(LONGEST_NUMBER)
                    .maxStringLength(FileReplicas.MOST_BYTES)
                    .build())
            .build();

    private final JsonParser json;
    private final Faults faults;
    private final TokenFiles tokenFiles;
    private final List<ReplicaSpec> specs = new ArrayList<>();
    private final Set<String> draining = new HashSet<>();

    private ReplicaDocument(JsonParser json, Path file, Faults faults) {
        this.json = json;
        this.faults = faults;
        this.tokenFiles = new TokenFiles(file);
    }

    /**
     * Reads a document.
     *
     * @param text the document
     * @param file where it stands; token files are found from there
     * @param faults takes what is wrong
     * @return the replicas, each with its id and its path as origin; of no use if there are faults
     */
    static DescribedReplicas read(String text, Path file, Faults faults) {
        if (text.isBlank()) {
            faults.add("it is empty: write {\"replicas\": []} if there are to be none");
            return DescribedReplicas.NONE;
        }
        try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), text)) {
            ReplicaDocument document = new ReplicaDocument(json, file, faults);
            try {
                document.read();
            } catch (JacksonException e) { // its message may show a value
                faults.add(place(e.getLocation(), json) + ": " + reason(e));
            }
            return new DescribedReplicas(ReplicaIds.given(document.specs, faults), document.draining);
        }
    }

    private void read() {
        if (json.nextToken() != JsonToken.START_OBJECT) {
            faults.add("it must be an object, such as {\"replicas\": []}");
            return;
        }
        Set<String> found = object("", (field, path) -> {
            switch (field) {
                case "$schema" -> text(path);
                case "replicas" -> replicas(path);
                default -> unknown(path, field, FIELDS);
            }
        });
        if (!found.contains("replicas")) {
            faults.add("replicas: is missing; write [] if there are to be none");
        }
        if (json.nextToken() != null) {
            faults.add(place(json.currentTokenLocation(), json) + ": there is more after the end of the document");
        }
    }

    private void replicas(String path) {
        if (json.currentToken() != JsonToken.START_ARRAY) {
            mustBe(path, "a list in brackets");
            return;
        }
        for (int i = 0; json.nextToken() != JsonToken.END_ARRAY; i++) {
            replica(path + "[" + i + "]");
        }
    }

    private void replica(String path) {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            mustBe(path, "an object in braces");
            return;
        }
        ReplicaDraft draft = new ReplicaDraft(path, faults);
        Set<String> found = object(path, (field, at) -> {
            switch (field) {
                case "options" -> options(at, draft);
                case "share" -> wholeNumber(at).ifPresent(value -> draft.text(field, value));
                case "drain" -> drain(at, path);
                default -> {
                    if (ReplicaDraft.FIELDS.contains(field)) {
                        text(at).ifPresentOrElse(value -> draft.text(field, value), () -> draft.refused(field));
                    } else {
                        unknown(at, field, ReplicaDraft.FIELDS);
                    }
                }
            }
        });
        draft.build(found, tokenFiles).ifPresent(specs::add);
    }

    private void options(String path, ReplicaDraft draft) {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            mustBe(path, "an object in braces");
            return;
        }
        object(path, (option, at) -> {
            switch (json.currentToken()) {
                case VALUE_STRING, VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT, VALUE_TRUE, VALUE_FALSE ->
                    draft.option(option, json.getString());
                default -> mustBe(at, "a text in quotes, a number, true or false");
            }
        });
    }

    /** Reads an object, the parser standing on its brace; hands over each field but those that come again. */
    private Set<String> object(String path, BiConsumer<String, String> field) {
        Set<String> found = new HashSet<>();
        while (json.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = json.currentName();
            String at = path.isEmpty() ? name : path + "." + name;
            json.nextToken();
            if (found.add(name)) {
                field.accept(name, at);
            } else {
                faults.add(at + ": is given twice; keep one of them");
                json.skipChildren();
            }
        }
        return found;
    }

    private Optional<String> text(String path) {
        if (json.currentToken() == JsonToken.VALUE_STRING) {
            return Optional.of(json.getString());
        }
        mustBe(path, "a text in quotes");
        return Optional.empty();
    }

    private Optional<String> wholeNumber(String path) {
        if (json.currentToken() == JsonToken.VALUE_NUMBER_INT) {
            return Optional.of(json.getString());
        }
        mustBe(path, Shares.KIND);
        return Optional.empty();
    }

    private void drain(String path, String replica) {
        switch (json.currentToken()) {
            case VALUE_TRUE -> draining.add(replica);
            case VALUE_FALSE -> {}
            default -> mustBe(path, "true or false");
        }
    }

    private void mustBe(String path, String kind) {
        faults.add(path + ": must be " + kind);
        json.skipChildren();
    }

    private void unknown(String path, String field, List<String> known) {
        String near = NearMiss.hint(field, known);
        faults.add(path + ": is not known" + (near.isEmpty() ? "; there are " + String.join(", ", known) : near));
        json.skipChildren();
    }

    private static String place(@Nullable TokenStreamLocation location, JsonParser json) {
        TokenStreamLocation known = location == null ? json.currentLocation() : location;
        return "line " + known.getLineNr() + ", column " + known.getColumnNr();
    }

    private static String reason(JacksonException e) {
        if (e instanceof UnexpectedEndOfInputException) {
            return "it ends here, inside of something; was it written whole?";
        }
        return e instanceof StreamConstraintsException
                ? "a name or a number is too long here, or too much is nested"
                : "it is no JSON here; look for a comma, a quote or a bracket that is missing or too much";
    }
}
