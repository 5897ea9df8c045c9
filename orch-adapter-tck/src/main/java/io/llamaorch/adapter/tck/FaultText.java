package io.llamaorch.adapter.tck;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Writes faults and reads them, by the names and the components of their records. */
final class FaultText {

    private FaultText() {}

    static List<Class<?>> kinds() {
        return Stream.of(ConnectionFault.class, HeadFault.class, BodyFault.class, StreamFault.class)
                .flatMap(point -> Arrays.stream(point.getPermittedSubclasses()))
                .<Class<?>>map(kind -> kind)
                .toList();
    }

    static List<String> forms() {
        return kinds().stream().map(FaultText::form).toList();
    }

    static String write(Fault fault) {
        StringBuilder text = new StringBuilder(name(fault.getClass()));
        for (RecordComponent component : fault.getClass().getRecordComponents()) {
            try {
                text.append(':').append(component.getAccessor().invoke(fault));
            } catch (IllegalAccessException | InvocationTargetException e) {
                throw new IllegalStateException("a fault hides its " + component.getName(), e);
            }
        }
        return text.toString();
    }

    static Fault read(String text) {
        String name = text.contains(":") ? text.substring(0, text.indexOf(':')) : text;
        Class<?> kind = kinds().stream()
                .filter(candidate -> name(candidate).equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "there is no fault '" + name + "'; there are " + String.join(", ", forms())));
        RecordComponent[] components = kind.getRecordComponents();
        String[] parts = text.split(":", components.length + 1);
        boolean more = components.length == 0 && text.length() > name.length();
        if (more || parts.length != components.length + 1) {
            throw new IllegalArgumentException("fault '" + text + "' is not of the form " + form(kind));
        }
        Object[] values = new Object[components.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = value(components[i].getType(), parts[i + 1], text, kind);
        }
        return make(kind, components, values);
    }

    private static Object value(Class<?> type, String part, String text, Class<?> kind) {
        try {
            if (type == int.class) {
                return Integer.valueOf(part);
            }
            if (type == long.class) {
                return Long.valueOf(part);
            }
            return type == Duration.class ? Duration.parse(part) : part;
        } catch (RuntimeException e) {
            throw new IllegalArgumentException(
                    "fault '" + text + "' is not of the form " + form(kind) + ": '" + part + "' is no "
                            + (type == Duration.class ? "time such as PT0.5S" : "whole number"),
                    e);
        }
    }

    private static Fault make(Class<?> kind, RecordComponent[] components, Object[] values) {
        Class<?>[] types =
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        try {
            Constructor<?> constructor = kind.getDeclaredConstructor(types);
            return (Fault) constructor.newInstance(values);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof IllegalArgumentException refusal) {
                throw refusal;
            }
            throw new IllegalStateException(Objects.requireNonNullElse(e.getCause(), e));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("a fault cannot be made: " + kind, e);
        }
    }

    private static String form(Class<?> kind) {
        List<String> parts = new ArrayList<>(List.of(name(kind)));
        Arrays.stream(kind.getRecordComponents())
                .map(component -> component.getName().toUpperCase(Locale.ROOT))
                .forEach(parts::add);
        return parts.stream().collect(Collectors.joining(":"));
    }

    /** {@code CutAfterTokens} becomes {@code cut-after-tokens}. */
    private static String name(Class<?> kind) {
        return kind.getSimpleName().replaceAll("(?<=.)(?=[A-Z])", "-").toLowerCase(Locale.ROOT);
    }
}
