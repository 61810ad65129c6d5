using System.Text.Json.Serialization;

namespace Visuels.ServiceDefaults.OpenApi;

/// <summary>Every answer of 400 and above: RFC 9457, and what programs and the storefront read besides. Some codes come with members of their own.</summary>
/// <param name="Type">A page about the status.</param>
/// <param name="Title">The status in words.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Detail">One sentence for a person.</param>
/// <param name="Code">Stable word for programs, such as <c>validation_failed</c>.</param>
/// <param name="Message">The detail again, where the storefront looks for it.</param>
/// <param name="TraceId">To be told when asking for help.</param>
/// <param name="Errors">What is wrong with each field, where the code is <c>validation_failed</c>.</param>
public record ProblemAnswer(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Type,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Title,
    int Status,
    string Detail,
    string Code,
    string Message,
    string TraceId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyDictionary<string, IReadOnlyList<string>>? Errors);
