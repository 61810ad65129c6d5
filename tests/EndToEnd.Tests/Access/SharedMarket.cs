namespace Visuels.EndToEnd.Tests.Access;

/// <summary>Starting six services takes a while; the classes that only ask share them.</summary>
[CollectionDefinition]
public sealed class SharedMarket : ICollectionFixture<Market>;
