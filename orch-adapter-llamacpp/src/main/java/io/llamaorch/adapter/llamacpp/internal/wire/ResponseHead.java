package io.llamaorch.adapter.llamacpp.internal.wire;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A response's status and headers.
 *
 * <p>Thread safety: immutable.
 */
public final class ResponseHead {

    private final int status;
    private final List<Field> fields;

    /**
     * Makes a head.
     *
     * @param status the status code
     * @param fields the headers in the order in which they came
     */
    public ResponseHead(int status, List<Field> fields) {
        this.status = status;
        this.fields = List.copyOf(fields);
    }

    /** {@return the status code, 200 to 999} */
    public int status() {
        return status;
    }

    /** {@return the body's media type in lower case without its parameters, such as "text/event-stream"; else empty} */
    public String contentType() {
        String value = header("content-type").orElse("");
        int parameters = value.indexOf(';');
        return (parameters < 0 ? value : value.substring(0, parameters)).strip().toLowerCase(Locale.ROOT);
    }

    /** {@return whether the body is in a coding that was not asked for; only one that is no success may be} */
    public boolean isCompressed() {
        return headers("Content-Encoding").stream()
                .anyMatch(coding -> !coding.isEmpty() && !coding.equalsIgnoreCase("identity"));
    }

    /**
     * Finds a header.
     *
     * @param name its name, in any case
     * @return its value, the first one if there are several
     */
    public Optional<String> header(String name) {
        for (Field field : fields) {
            if (field.name.equalsIgnoreCase(name)) {
                return Optional.of(field.value);
            }
        }
        return Optional.empty();
    }

    /**
     * Finds all headers of one name.
     *
     * @param name the name, in any case
     * @return their values in order, perhaps none
     */
    public List<String> headers(String name) {
        return fields.stream()
                .filter(field -> field.name.equalsIgnoreCase(name))
                .map(Field::value)
                .toList();
    }

    /** {@return status and content type only: other headers may hold secrets} */
    @Override
    public String toString() {
        return (status + " " + contentType()).strip();
    }

    /**
     * One header.
     *
     * @param name its name as it was sent
     * @param value its value without the blanks around it
     */
    public record Field(String name, String value) {

        /** {@return the name only} */
        @Override
        public String toString() {
            return name;
        }
    }
}
