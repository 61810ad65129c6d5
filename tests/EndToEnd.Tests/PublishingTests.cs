using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using MassTransit;

namespace Visuels.EndToEnd.Tests;

/// <summary>Only a relay publishes: anything else would lose its event with the process, or wait for as long as the broker is away.</summary>
public sealed class PublishingTests
{
    [Theory]
    [InlineData("Visuels.Auth.dll")]
    [InlineData("Visuels.Products.dll")]
    [InlineData("Visuels.Orders.dll")]
    [InlineData("Visuels.Chat.dll")]
    [InlineData("Visuels.Jobs.dll")]
    [InlineData("Visuels.AllInOne.dll")]
    public void A_service_publishes_through_its_outbox_only(string assembly)
    {
        Assert.Empty(Calls(assembly));
    }

    [Fact]
    public void One_class_of_ServiceDefaults_publishes_and_has_the_bus_to_itself()
    {
        Assert.Equal(["PublishExecuteExtensions.Publish"], Calls("Visuels.ServiceDefaults.dll"));
        var holders = Assembly.Load("Visuels.ServiceDefaults").GetTypes()
            .Where(type => type.GetFields(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public).Any(field => typeof(IPublishEndpoint).IsAssignableFrom(field.FieldType)))
            .Select(type => type.Name);
        Assert.Equal(["EventPublisher"], holders.Where(name => !name.Contains('<', StringComparison.Ordinal)));
    }

    /// <summary>Methods of MassTransit that an assembly calls and that publish, send or answer.</summary>
    private static HashSet<string> Calls(string assembly)
    {
        using var file = new PEReader(File.OpenRead(Path.Combine(AppContext.BaseDirectory, assembly)));
        var metadata = file.GetMetadataReader();
        var calls = new HashSet<string>();
        foreach (var reference in metadata.MemberReferences.Select(metadata.GetMemberReference).Where(member => member.Parent.Kind == HandleKind.TypeReference))
        {
            var type = metadata.GetTypeReference((TypeReferenceHandle)reference.Parent);
            var (typeName, method) = (metadata.GetString(type.Name), metadata.GetString(reference.Name));
            if (metadata.GetString(type.Namespace).StartsWith("MassTransit", StringComparison.Ordinal)
                && (method.StartsWith("Publish", StringComparison.Ordinal) || method.StartsWith("Send", StringComparison.Ordinal) || method.StartsWith("Respond", StringComparison.Ordinal)))
            {
                calls.Add($"{typeName}.{method}");
            }
        }

        return calls;
    }
}
