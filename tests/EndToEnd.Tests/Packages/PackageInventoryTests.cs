using Visuels.Testing.Requirements;

namespace Visuels.EndToEnd.Tests.Packages;

/// <summary><c>deploy/sbom.json</c> says what is delivered, and under which licences.</summary>
[Proves(Requirement.SupplyChain)]
public sealed class PackageInventoryTests
{
    private static readonly string[] Licences = ["MIT", "Apache-2.0", "BSD-3-Clause", "Apache-2.0 OR MPL-2.0"];

    [Fact]
    public void The_inventory_lists_every_package_that_the_programs_load_with_its_version_and_licence()
    {
        var delivered = PackageInventory.Delivered().ToDictionary(package => package.Name);
        var built = PackageInventory.Built();
        var wanted = Path.Combine(AppContext.BaseDirectory, "sbom.json");
        File.WriteAllText(wanted, PackageInventory.Write(built));

        Assert.NotEmpty(built);
        var different = built.Where(package => delivered.GetValueOrDefault(package.Name) is not { } listed || listed != package with { Licence = package.Licence ?? listed.Licence });
        // Of the platform's own packages another SDK may leave some out, because its framework has them.
        var gone = delivered.Keys.Except(built.Select(package => package.Name))
            .Where(name => !name.StartsWith("Microsoft.", StringComparison.Ordinal) && !name.StartsWith("System.", StringComparison.Ordinal));
        Assert.True(
            !different.Any() && !gone.Any(),
            $"deploy/sbom.json is not up to date ({string.Join(", ", different.Select(package => package.Name).Concat(gone))}): look at the licences in {wanted} and copy it there.");
    }

    [Fact]
    public void No_licence_binds_the_programs_that_load_a_package()
    {
        foreach (var package in PackageInventory.Delivered())
        {
            // libvips, a library of its own that is loaded as it is and may be replaced.
            var native = package.Name.StartsWith("NetVips.Native", StringComparison.Ordinal) ? ["LGPL-3.0-or-later"] : Licences;
            Assert.True(native.Contains(package.Licence), $"{package.Name}: {package.Licence}");
        }
    }
}
