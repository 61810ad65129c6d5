using Visuels.Fuzz.Rig;

namespace Visuels.Fuzz.Sequences;

/// <summary>A session as it ought to be.</summary>
internal sealed record Door(int Person, string Id)
{
    public required string Access { get; set; }

    public required string Refresh { get; set; }

    /// <summary>A refresh token before the one before: whoever shows it has a copy.</summary>
    public string? Old { get; set; }

    public string? Previous { get; set; }

    public bool IsOpen { get; set; } = true;
}

/// <summary>Sessions: signing in, renewing, ending.</summary>
internal sealed class Doors(Cast cast)
{
    private const string Root = "/api/v1/auth";
    private const int Most = 10;

    private readonly List<Door> _doors = [];

    public async Task<bool> DoAsync(Step step)
    {
        switch (step.Deed)
        {
            case Deed.SignIn:
                await SignInAsync(Cast.Anybody(step.A));
                return true;
            case Deed.Renew when Choose(step.A) is { } door:
                await RenewAsync(door, step.B % 4 == 0 && door.Old is { } old ? old : door.Refresh);
                return true;
            case Deed.EndSession when Choose(step.A) is { } door:
                await EndAsync(door, step.C % 4 == 0 ? Cast.Anybody(step.B) : door.Person);
                return true;
            case Deed.SignOut when Choose(step.A) is { IsOpen: true } door:
                await SendAsync(HttpMethod.Post, "/signout", door.Access, null, 200);
                door.IsOpen = false;
                return true;
            default:
                return false;
        }
    }

    public async Task CompareAsync()
    {
        foreach (var person in _doors.Select(door => door.Person).Distinct())
        {
            var list = await cast.ExpectAsync(person, "auth", HttpMethod.Get, $"{Root}/sessions", 200);
            Cast.Agree(
                $"sessions of {person}",
                string.Join(' ', _doors.Where(door => door.Person == person && door.IsOpen).Select(door => door.Id).Order()),
                string.Join(' ', list.Body!["sessions"]!.AsArray().Select(session => session!["_id"]!.GetValue<string>()).Order()));
        }
    }

    private Door? Choose(int number) => _doors.Count == 0 ? null : _doors[number % _doors.Count];

    private async Task SignInAsync(int person)
    {
        var known = _doors.Where(door => door.Person == person).Select(door => door.Id).ToHashSet();
        var reply = await SendAsync(HttpMethod.Post, "/email-signin?tokens=true", null, new { email = cast[person].Email, password = Somebody.Password }, 200);
        var list = await cast.ExpectAsync(person, "auth", HttpMethod.Get, $"{Root}/sessions", 200);
        var id = list.Body!["sessions"]!.AsArray().Select(session => session!["_id"]!.GetValue<string>()).Single(session => !known.Contains(session));
        _doors.Add(new Door(person, id) { Access = Word(reply, "accessToken"), Refresh = Word(reply, "refreshToken") });
        foreach (var oldest in _doors.Where(door => door.Person == person && door.IsOpen).SkipLast(Most))
        {
            oldest.IsOpen = false;
        }
    }

    // The token just before is good for ten seconds more, which no model without a clock can tell.
    private async Task RenewAsync(Door door, string token)
    {
        var isGood = door.IsOpen && token == door.Refresh;
        var reply = await SendAsync(HttpMethod.Post, "/refresh?tokens=true", null, new { refreshToken = token }, isGood ? 200 : 401);
        door.IsOpen = isGood;
        if (isGood)
        {
            (door.Old, door.Previous, door.Refresh, door.Access) = (door.Previous, door.Refresh, Word(reply, "refreshToken"), Word(reply, "accessToken"));
        }
    }

    private async Task EndAsync(Door door, int person)
    {
        var isTheirs = door.Person == person && door.IsOpen;
        await cast.ExpectAsync(person, "auth", HttpMethod.Delete, $"{Root}/sessions/{door.Id}", isTheirs ? 204 : 404);
        door.IsOpen &= !isTheirs;
    }

    private async Task<Reply> SendAsync(HttpMethod method, string path, string? token, object? body, int status)
    {
        var reply = await cast.Calls.SendAsync("auth", method, Root + path, token, body);
        return reply.Status == status ? reply : throw new MismatchException($"{method} {path} was answered {reply}; the model says {status}");
    }

    private static string Word(Reply reply, string name) => reply.Body![name]!.GetValue<string>();
}
