using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.Contracts.Accounts;
using Visuels.Contracts.Orders;
using Visuels.Jobs.Ledger;
using Visuels.Jobs.Templates;
using Visuels.ServiceDefaults.Security;
using Visuels.ServiceDefaults.Users;
using Visuels.Testing;
using Visuels.Testing.Requirements;

namespace Visuels.Jobs.Tests;

[Proves(Requirement.AccountLife)]
public sealed class DeletedUserTests() : SmtpScene(DateTimeOffset.UtcNow)
{
    [Fact]
    public async Task The_address_of_who_has_left_goes_from_every_row_and_what_waits_is_dropped()
    {
        var (email, other) = (Samples.NewAddress(), Samples.NewAddress());
        var welcome = Samples.Registered(email);
        await App.Bus.PublishAsync(welcome);
        await App.Bus.PublishAsync(Samples.Registered(other));
        await App.SettledAsync(2);
        Smtp.Behaviour = SmtpBehaviour.Greylist;
        await App.Bus.PublishAsync(Samples.KnownAddress(email) with { UserId = welcome.UserId });
        await App.RowAsync(MailStates.Queued, row => row.Attempts == 1);

        await App.Bus.PublishAsync(new UserDeleted(welcome.UserId, 5, DateTimeOffset.UtcNow));

        Assert.Equal(MailTemplates.KnownAddress, (await App.RowAsync(MailStates.Dropped)).Template);
        await Eventually.Until(async () => !(await DumpAsync()).Contains(email, StringComparison.Ordinal), "the address is nowhere in the database");
        Assert.Contains(other, await DumpAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain(await App.RowsAsync(), row => row.State == MailStates.Queued);
    }

    [Fact]
    public async Task A_mail_that_an_event_asks_for_afterwards_is_never_sent()
    {
        var email = Samples.NewAddress();
        var registered = Samples.Registered(email);
        await DeletedAsync(registered.UserId);

        await App.Bus.PublishAsync(registered);

        var row = await App.RowAsync(MailStates.Dropped);
        Assert.Null(row.To);
        Assert.Null(row.Model);
        Assert.Empty(Smtp.Received);
        Assert.DoesNotContain(email, await DumpAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_side_that_is_left_hears_that_its_order_has_ended_and_not_by_whom()
    {
        var (buyer, artist) = (App.Auth.Add("Ben", Roles.User), App.Auth.Add("Ada", Roles.Artist));
        await DeletedAsync(buyer.Id.ToString());
        await App.Bus.PublishAsync(Samples.Changed(buyer, artist, "CANCELLED", OrderActors.System, "account_deleted"));

        await App.SettledAsync(1);

        var mail = Assert.Single(Smtp.Received);
        Assert.Equal(artist.Email, mail.Recipient);
        Assert.Contains("has left Visuels", mail.Raw, StringComparison.Ordinal);
        Assert.Contains(UserCard.DeletedName, mail.Raw, StringComparison.Ordinal);
        Assert.DoesNotContain("Ben", mail.Raw, StringComparison.Ordinal);
        Assert.DoesNotContain("account_deleted", mail.Raw, StringComparison.Ordinal);
    }

    private async Task DeletedAsync(string userId)
    {
        await App.Bus.PublishAsync(new UserDeleted(userId, 5, DateTimeOffset.UtcNow));
        var users = App.Database.GetCollection<UserCard>("users");
        await Eventually.Until(() => users.Find(card => card.Id == ObjectId.Parse(userId)).AnyAsync(Ct), "Jobs knows");
    }

    private async Task<string> DumpAsync()
    {
        var dump = new System.Text.StringBuilder();
        foreach (var name in await (await App.Database.ListCollectionNamesAsync(cancellationToken: Ct)).ToListAsync(Ct))
        {
            dump.Append((await App.Database.GetCollection<BsonDocument>(name).Find(new BsonDocument()).ToListAsync(Ct)).ToJson());
        }

        return dump.ToString();
    }
}
