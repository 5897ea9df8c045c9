package io.llamaorch.adapter.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.llamaorch.adapter.spi.Secret;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** CFG-03: whether a replica's description has changed. */
class ReplicaSpecTest {

    private static ReplicaSpec.Builder spec() {
        return ReplicaSpec.builder("llamacpp")
                .pool("p")
                .replica("r")
                .url("http://a:1")
                .token(Secret.of("t0ken"))
                .option("a", "1")
                .option("b", "2");
    }

    @Test
    void equals_whenAllIsEqual_isTrue() {
        assertEquals(spec().build(), spec().build());
        assertEquals(spec().build().hashCode(), spec().build().hashCode());
    }

    @Test
    void equals_whenOnlyTheOrderOfOptionsDiffers_isTrue() {
        ReplicaSpec.Builder one = ReplicaSpec.builder("mock").option("a", "1").option("b", "2");
        ReplicaSpec.Builder other = ReplicaSpec.builder("mock").option("b", "2").option("a", "1");
        assertEquals(one.build(), other.build());
    }

    @Test
    void equals_whenOnlyTheOriginDiffers_isTrue() {
        assertEquals(
                spec().origin("replicas[0]").build(),
                spec().origin("replicas[1]").build());
        assertEquals(
                spec().origin("replicas[0]").build().hashCode(), spec().build().hashCode());
    }

    static ReplicaSpec[] others() {
        return new ReplicaSpec[] {
            spec().pool("q").build(),
            spec().replica("s").build(),
            spec().url("http://a:2").build(),
            spec().token(Secret.of("other")).build(),
            spec().option("a", "2").build(),
            spec().option("c", "3").build(),
            ReplicaSpec.builder("llamacpp").pool("p").replica("r").build(),
            ReplicaSpec.builder("mock").pool("p").replica("r").build(),
        };
    }

    @ParameterizedTest
    @MethodSource("others")
    void equals_whenSomethingDiffers_isFalse(ReplicaSpec other) {
        assertNotEquals(spec().build(), other);
        assertNotEquals(other, spec().build());
    }

    @Test
    void equals_whenOnlyTheEngineDiffers_isFalse() {
        assertNotEquals(
                ReplicaSpec.builder("llamacpp").build(),
                ReplicaSpec.builder("mock").build());
    }

    @Test
    void origin_whenNobodySaid_isEmpty() {
        assertEquals(Optional.empty(), spec().build().origin());
    }

    @Test
    void toBuilder_keepsAllOfIt() {
        ReplicaSpec spec = spec().origin("replicas[2]").build();
        assertEquals(spec, spec.toBuilder().build());
        assertEquals(Optional.of("replicas[2]"), spec.toBuilder().build().origin());
    }

    @Test
    void toString_showsNeitherOriginNorSecretNorOption() {
        String shown = spec().origin("replicas[2]").build().toString();
        assertEquals("p/r (llamacpp at http://a:1)", shown);
        assertFalse(shown.contains("t0ken"), shown);
    }
}
