namespace Visuels.Fuzz.Sequences;

/// <summary>What Chat notes of orders: one SYSTEM message per placing and move, between the buyer and the artist.</summary>
internal sealed class Notes
{
    public List<(int Buyer, int Artist)> Pending { get; } = [];

    public void Add(int buyer, int artist) => Pending.Add((buyer, artist));
}

/// <summary>Messages and how far each has read.</summary>
internal sealed class Talks(Cast cast, Notes notes, Lies lies)
{
    private const string Root = "/api/v1/message";

    private readonly Dictionary<(int Buyer, int Artist), Talk> _talks = [];

    public async Task<bool> DoAsync(Step step)
    {
        TakeNotes();
        switch (step.Deed)
        {
            case Deed.Write:
                await WriteAsync(Cast.Anybody(step.A), Cast.Anybody(step.B), step.C % 3 == 0 ? $"client-{step.C % 6}" : null);
                return true;
            case Deed.MarkRead:
                await MarkAsync(Cast.Anybody(step.A), Cast.Anybody(step.B), step.C % 8);
                return true;
            default:
                return false;
        }
    }

    public async Task CompareAsync()
    {
        TakeNotes();
        foreach (var (pair, talk) in _talks.Where(one => one.Value.Senders.Count > 0))
        {
            var reply = await cast.ExpectAsync(pair.Buyer, "chat", HttpMethod.Get, $"{Root}/get/{cast[pair.Artist].Id}?limit=100", 200);
            Cast.Agree(
                $"messages of {pair}",
                string.Join(' ', talk.Senders.Select((sender, i) => $"{i + 1}:{(sender is { } one ? cast[one].Id.ToString() : "system")}")),
                string.Join(' ', reply.Body!["data"]!.AsArray().Select(message => $"{message!["seq"]}:{message["senderId"]?.GetValue<string>() ?? "system"}")));
        }

        for (var person = 0; person < Cast.All; person++)
        {
            var list = await cast.ExpectAsync(person, "chat", HttpMethod.Get, $"{Root}/conversations", 200);
            Cast.Agree(
                $"unread of {person}",
                string.Join("; ", _talks.Where(one => one.Value.Senders.Count > 0 && (one.Key.Buyer == person || one.Key.Artist == person))
                    .Select(one => $"{cast[one.Key.Buyer == person ? one.Key.Artist : one.Key.Buyer].Id} {Unread(one.Value, person)}").Order()),
                string.Join("; ", list.Body!["data"]!.AsArray().Select(chat => $"{chat!["with"]!["_id"]} {chat["unread"]}").Order()));
        }
    }

    private int Unread(Talk talk, int reader) =>
        talk.Senders.Skip(talk.Read.GetValueOrDefault(reader)).Count(sender => sender is not null && (sender != reader || lies.OwnMessagesAreUnread));

    private async Task WriteAsync(int from, int to, string? clientId)
    {
        var (status, code) = from == to ? (400, "invalid_receiver") : Cast.IsArtist(from) == Cast.IsArtist(to) ? (403, "chat_not_allowed") : (201, (string?)null);
        var talk = status == 201 ? Of(from, to) : null;
        var before = clientId is not null && talk is not null && talk.Clients.TryGetValue((from, clientId), out var seq) ? seq : 0;
        var reply = await cast.ExpectAsync(
            from, "chat", HttpMethod.Post, $"{Root}/send/{cast[to].Id}", before > 0 ? 200 : status, code, new { content = "Hello", type = "TEXT", clientMessageId = clientId });
        if (talk is null)
        {
            return;
        }

        if (before == 0)
        {
            talk.Senders.Add(from);
            before = talk.Senders.Count;
            if (clientId is not null)
            {
                talk.Clients[(from, clientId)] = before;
            }
        }

        Cast.Agree("number of the message", before, reply.Body!["message"]!["seq"]!.GetValue<int>());
    }

    private async Task MarkAsync(int reader, int other, int seq)
    {
        var known = Cast.IsArtist(reader) != Cast.IsArtist(other) && _talks.ContainsKey(Pair(reader, other));
        await cast.ExpectAsync(reader, "chat", HttpMethod.Post, $"{Root}/read/{cast[other].Id}", known ? 204 : 404, body: new { seq });
        if (known)
        {
            var talk = Of(reader, other);
            talk.Read[reader] = Math.Max(talk.Read.GetValueOrDefault(reader), Math.Min(seq, talk.Senders.Count));
        }
    }

    private void TakeNotes()
    {
        foreach (var (buyer, artist) in notes.Pending)
        {
            Of(buyer, artist).Senders.Add(null);
        }

        notes.Pending.Clear();
    }

    private Talk Of(int one, int other)
    {
        var pair = Pair(one, other);
        return _talks.TryGetValue(pair, out var talk) ? talk : _talks[pair] = new Talk();
    }

    private static (int Buyer, int Artist) Pair(int one, int other) => (Math.Min(one, other), Math.Max(one, other));

    private sealed class Talk
    {
        /// <summary>Who sent each message; nobody sent what the system noted.</summary>
        public List<int?> Senders { get; } = [];

        public Dictionary<int, int> Read { get; } = [];

        public Dictionary<(int Sender, string ClientId), int> Clients { get; } = [];
    }
}
