package io.llamaorch.adapter.tck.internal.mock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.llamaorch.adapter.spi.AdapterFactory;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** REG-01: on the module path and on the class path the same provider is found. */
class MockProviderTest {

    @Test
    void provider_inTheModuleAndInMetaInf_isTheSame() throws IOException {
        ModuleDescriptor descriptor = MockAdapterFactory.class.getModule().getDescriptor();
        List<String> provided = descriptor.provides().stream()
                .filter(provides -> provides.service().equals(AdapterFactory.class.getName()))
                .flatMap(provides -> provides.providers().stream())
                .toList();
        assertEquals(provided, metaInf());
    }

    private static List<String> metaInf() throws IOException {
        String file = "/META-INF/services/" + AdapterFactory.class.getName();
        try (InputStream in = MockAdapterFactory.class.getResourceAsStream(file)) {
            assertNotNull(in, file);
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
    }
}
