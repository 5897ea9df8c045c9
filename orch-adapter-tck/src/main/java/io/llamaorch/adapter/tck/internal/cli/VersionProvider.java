package io.llamaorch.adapter.tck.internal.cli;

import picocli.CommandLine.IVersionProvider;

/** Says which version this is: the module's own. */
final class VersionProvider implements IVersionProvider {

    @Override
    public String[] getVersion() {
        var descriptor = VersionProvider.class.getModule().getDescriptor();
        String version = descriptor == null ? "" : descriptor.rawVersion().orElse("");
        return new String[] {"orch " + (version.isEmpty() ? "unversioned" : version)};
    }
}
