package io.llamaorch.adapter.registry.internal.discovery;

import java.lang.module.InvalidModuleDescriptorException;
import java.lang.module.ModuleDescriptor;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Optional;

/** The bytes of a {@code module-info.class}. */
final class ModuleInfo {

    private static final int MAJOR_VERSION_AT = 6;
    private static final int MAJOR_VERSION_OF_JAVA_0 = 44;

    private final byte[] bytes;

    ModuleInfo(byte[] bytes) {
        this.bytes = bytes;
    }

    /** The release of Java that a class file of this major version needs. */
    static int javaOf(int majorVersion) {
        return majorVersion - MAJOR_VERSION_OF_JAVA_0;
    }

    /** The release of Java that it was compiled for; 0 if it is too short to tell. */
    int java() {
        return bytes.length < MAJOR_VERSION_AT + Short.BYTES
                ? 0
                : javaOf(Short.toUnsignedInt(ByteBuffer.wrap(bytes).getShort(MAJOR_VERSION_AT)));
    }

    boolean isTooNew() {
        return java() > Runtime.version().feature();
    }

    /** What it says by itself, without the packages of its jar; empty if this JVM cannot read it. */
    Optional<ModuleDescriptor> descriptor() {
        try {
            return Optional.of(ModuleDescriptor.read(ByteBuffer.wrap(bytes)));
        } catch (InvalidModuleDescriptorException | BufferUnderflowException e) {
            return Optional.empty();
        }
    }
}
