using Visuels.Fuzz.Sequences;
using Visuels.Testing.Requirements;

namespace Visuels.Fuzz.Tests;

/// <summary>A hundred sequences over the services and a model of them; tests/Fuzz runs 2,000.</summary>
public sealed class SequenceTests(OneMarket market)
{
    [Fact]
    [Proves(Requirement.OrderStates), Proves(Requirement.ObjectRights), Proves(Requirement.Idempotency)]
    public async Task After_whatever_people_do_the_services_show_what_the_model_says()
    {
        var findings = new Findings();

        await new SequenceRunner(market.Market, findings, market.Seed).RunAsync(100);

        Assert.Empty(findings.All.Select(finding => $"{finding.Where}: {finding.Rule}\n{finding.Evidence}"));
    }

    [Fact]
    public Task A_model_that_lets_buyers_cancel_what_is_accepted_is_found_out() =>
        FindsAsync(new Lies(BuyersMayCancelWhatIsAccepted: true), "the model says 200", "ListArtwork", "BuyNow", "Accept", "Cancel");

    [Fact]
    public Task A_model_that_counts_own_messages_as_unread_is_found_out() =>
        FindsAsync(new Lies(OwnMessagesAreUnread: true), "unread of", "Write");

    private async Task FindsAsync(Lies lies, string what, params string[] deeds)
    {
        var findings = new Findings();

        await new SequenceRunner(market.Market, findings, 1) { Lies = lies, Enough = 1, Workers = 1 }.RunAsync(40);

        var found = findings.All.First();
        Assert.All(deeds.Append(what), words => Assert.Contains(words, found.Evidence, StringComparison.Ordinal));
        Assert.True(found.Evidence.Split('\n').Length <= deeds.Length + 4, $"Not shortened enough:\n{found.Evidence}");
    }
}
