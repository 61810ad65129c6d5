using MongoDB.Bson;
using Visuels.ServiceDefaults.Paging;

namespace Visuels.ServiceDefaults.Tests;

public class CursorTests
{
    [Fact]
    public void A_cursor_gives_back_what_it_was_made_of()
    {
        var id = ObjectId.GenerateNewId();

        var values = PageCursor.Decode(PageCursor.Encode(12050L, id), BsonType.Int64, BsonType.ObjectId);

        Assert.Equal([12050L, id], values!);
    }

    [Theory]
    [InlineData("")]
    [InlineData("not base64!")]
    [InlineData("AAAA")]
    [InlineData("____________________________________")]
    public void What_is_no_cursor_is_refused(string text) =>
        Assert.Null(PageCursor.Decode(text, BsonType.ObjectId));

    [Fact]
    public void A_cursor_of_another_list_is_refused() =>
        Assert.Null(PageCursor.Decode(PageCursor.Encode(new BsonDocument("$gt", "")), BsonType.ObjectId));

    [Fact]
    public void An_endless_cursor_is_refused() =>
        Assert.Null(PageCursor.Decode(new string('A', 10_000), BsonType.ObjectId));
}
