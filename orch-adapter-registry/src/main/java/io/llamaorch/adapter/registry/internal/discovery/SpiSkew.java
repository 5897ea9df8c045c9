package io.llamaorch.adapter.registry.internal.discovery;

import java.lang.module.ModuleDescriptor;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Recognises an adapter that was compiled with another SPI than the host's (REG-05). */
final class SpiSkew {

    static final String REMEDY =
            "get a version of the adapter that was built for this host's SPI, or a host for the adapter's";

    private SpiSkew() {}

    /**
     * Why a class cannot be used, if it is for that.
     *
     * @param failure what came of using it
     * @param type the class, if it came to be loaded
     */
    static Optional<String> reason(Throwable failure, @Nullable Class<?> type) {
        boolean unlinked = failure instanceof IncompatibleClassChangeError || failure instanceof NoClassDefFoundError;
        String message = String.valueOf(failure.getMessage()).replace('/', '.');
        if (!unlinked || !message.contains(Shared.SPI + ".")) {
            return Optional.empty();
        }
        String version = compiledVersion(type)
                .map(compiled -> ", of version " + compiled)
                .orElse("");
        return Optional.of("it was built for another SPI than this host's" + version + " ("
                + failure.getClass().getSimpleName() + ")");
    }

    private static Optional<String> compiledVersion(@Nullable Class<?> type) {
        ModuleDescriptor descriptor = type == null ? null : type.getModule().getDescriptor();
        return descriptor == null
                ? Optional.empty()
                : descriptor.requires().stream()
                        .filter(requires -> requires.name().equals(Shared.SPI))
                        .findFirst()
                        .flatMap(ModuleDescriptor.Requires::rawCompiledVersion);
    }
}
