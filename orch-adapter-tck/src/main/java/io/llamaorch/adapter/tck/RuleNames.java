package io.llamaorch.adapter.tck;

import java.lang.reflect.Method;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.MethodDescriptor;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.MethodOrdererContext;

/** Shows {@code evt05_streamThatIsCut_isNoEnd} as {@code EVT-05 stream that is cut: is no end}. */
final class RuleNames extends DisplayNameGenerator.Standard {

    private static final String NEXT_WORD = "(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[a-z])(?=[0-9])";

    private static final List<String> GROUPS =
            List.of("EVT", "FLW", "CAN", "TIM", "CFG", "LIF", "HLT", "ERR", "DET", "SEC", "CAP");

    RuleNames() {}

    @Override
    public String generateDisplayNameForMethod(
            List<Class<?>> enclosingInstanceTypes, Class<?> testClass, Method testMethod) {
        Rule rule = testMethod.getAnnotation(Rule.class);
        if (rule == null) {
            return super.generateDisplayNameForMethod(enclosingInstanceTypes, testClass, testMethod);
        }
        String[] parts = testMethod.getName().split("_", 2);
        return rule.value() + " " + words(parts.length > 1 ? parts[1] : parts[0]);
    }

    private static String words(String name) {
        return name.replace("_and", ", and")
                .replace("_", ": ")
                .replaceAll(NEXT_WORD, " ")
                .toLowerCase(Locale.ROOT);
    }

    /** By group, then by number, then by name; tests of a subclass's own come last. */
    static final class Order implements MethodOrderer {

        Order() {}

        @Override
        public void orderMethods(MethodOrdererContext context) {
            context.getMethodDescriptors()
                    .sort(Comparator.<MethodDescriptor>comparingInt(Order::group)
                            .thenComparing(method -> method.getMethod().getName()));
        }

        private static int group(MethodDescriptor method) {
            Optional<Rule> rule = method.findAnnotation(Rule.class);
            int at = rule.isEmpty() ? -1 : GROUPS.indexOf(rule.get().value().substring(0, 3));
            return at < 0 ? GROUPS.size() : at;
        }
    }
}
